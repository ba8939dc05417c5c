"""What the files service tells."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from events.base import Event
from events.incidents import Scope

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
    """The scanner has decided."""

    type: ClassVar[str] = "files.file.scanned.v1"


class FileErased(FileState):
    """The bytes are gone."""

    type: ClassVar[str] = "files.file.erased.v1"


class FileBindingRefused(Event):
    """A named file was not the actor's own, or was bound already, or does not exist."""

    type: ClassVar[str] = "files.file.binding_refused.v1"
    aggregate: ClassVar[str] = "file_id"

    file_id: UUID
    incident_number: str
    reason: Literal["unknown", "foreign", "already_bound"]


EVENTS: tuple[type[Event], ...] = (FileBound, FileScanned, FileErased, FileBindingRefused)
