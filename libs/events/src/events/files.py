"""Events that the files service publishes."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from events.base import Event
from events.incidents import Scope

MAX_FILE_BYTES = 20 * 1024 * 1024
# Extensions, in lower case, that are refused whatever the content.
PROGRAM_NAMES = frozenset(("exe", "msi", "dll", "scr", "com", "cpl", "lnk", "hta", "app", "apk", "dmg"))
PAGE_NAMES = frozenset(("html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg", "svgz"))
# Of these a clean file usually has a thumbnail.
THUMBNAIL_TYPES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"))

ScanState = Literal["pending", "clean", "infected"]


class FileState(Event):
    """A stored file's full state. ``size`` is in bytes, ``sha256`` in hexadecimal, ``media_type`` as sniffed."""

    aggregate: ClassVar[str] = "file_id"
    tenant: ClassVar[str] = "organisation_id"

    file_id: UUID
    uploader_id: UUID
    organisation_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    scan: ScanState
    incident_number: str | None = None
    scope: Scope | None = None


class FileBound(FileState):
    """The file now belongs to an incident: ``incident_number`` and ``scope`` say to which part of it."""

    type: ClassVar[str] = "files.file.bound.v1"


class FileScanned(FileState):
    """The scanner has a result."""

    type: ClassVar[str] = "files.file.scanned.v1"


class FileErased(FileState):
    """The bytes were erased."""

    type: ClassVar[str] = "files.file.erased.v1"


class FileBindingRefused(Event):
    """An attached file did not belong to the actor, or was bound already, or does not exist."""

    type: ClassVar[str] = "files.file.binding_refused.v1"
    aggregate: ClassVar[str] = "file_id"

    file_id: UUID
    incident_number: str
    reason: Literal["unknown", "foreign", "already_bound"]


EVENTS: tuple[type[Event], ...] = (FileBound, FileScanned, FileErased, FileBindingRefused)
