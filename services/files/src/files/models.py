"""Stored files, and what files knows of incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, MetaData, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.tables import NAMING, TYPES
from events.files import ScanState
from events.incidents import Scope

Stage = Literal["uploading", "stored", "erased"]
Refusal = Literal["unknown", "foreign", "already_bound"]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        **TYPES,
        Stage: TYPES[str],
        ScanState: TYPES[str],
        Scope: TYPES[str],
    }


@dataclass(frozen=True)
class Content:
    """What an upload turned out to be."""

    name: str
    media_type: str
    size: int
    sha256: str


class StoredFile(Base):
    """A file and where its bytes are. A row comes before its object and goes after it, so no object is unknown.

    ``uploading``: the object is on its way (``size`` is what the quota sets aside). ``stored``: whole. ``erased``: the
    tombstone of a file that was bound. ``object_key`` is empty once the bytes are gone, ``thumbnail_key`` unless the
    file is a picture that could be made small. ``version`` grows with every change that anyone can see, under the row's
    lock.
    """

    __tablename__ = "files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    stage: Mapped[Stage]
    object_key: Mapped[str | None] = mapped_column(unique=True)
    thumbnail_key: Mapped[str | None]
    uploader_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    upload_key: Mapped[str | None]
    name: Mapped[str] = mapped_column(server_default=text("''"))
    media_type: Mapped[str] = mapped_column(server_default=text("''"))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(server_default=text("''"))
    scan: Mapped[ScanState] = mapped_column(server_default=text("'pending'"))
    scanned_by: Mapped[str | None]
    scan_asked_at: Mapped[datetime | None]
    incident_number: Mapped[str | None]
    scope: Mapped[Scope | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("stage IN ('uploading', 'stored', 'erased')", name="stage"),
        CheckConstraint("scan IN ('pending', 'clean', 'infected')", name="scan"),
        CheckConstraint("(incident_number IS NULL) = (scope IS NULL)", name="bound_whole"),
        Index("ix_files_unbound", "uploader_id", "created_at", postgresql_where=text("incident_number IS NULL")),
        Index("ix_files_left", "created_at", postgresql_where=text("incident_number IS NULL")),
        Index("ix_files_incident_number", "incident_number"),
        Index("ix_files_pending", "scan_asked_at", postgresql_where=text("stage = 'stored' AND scan = 'pending'")),
        Index("uq_files_upload_key", "upload_key", unique=True, postgresql_where=text("stage = 'uploading'")),
    )

    def complete(self, content: Content, at: datetime) -> None:
        """The object is whole."""
        self.name, self.media_type = content.name, content.media_type
        self.size, self.sha256 = content.size, content.sha256
        self.stage, self.upload_key, self.scan, self.scan_asked_at = "stored", None, "pending", at
        self.version = 1

    def refusal(self, actor_id: UUID | None) -> Refusal | None:
        """Why this actor may not bind the file, if so."""
        if self.stage != "stored":
            return "unknown"
        if self.uploader_id != actor_id:
            return "foreign"
        return "already_bound" if self.incident_number is not None else None

    def bind(self, number: str, scope: Scope) -> None:
        self.incident_number, self.scope = number, scope
        self.version += 1

    def is_bound_to(self, number: str, scope: Scope) -> bool:
        return (self.incident_number, self.scope) == (number, scope)

    def judge(self, infected: bool, scanner: str) -> None:
        self.scan, self.scanned_by = "infected" if infected else "clean", scanner
        self.version += 1

    def erase(self) -> None:
        """Hides the file at once; a job deletes its bytes."""
        self.stage = "erased"


class Incident(Base):
    """Projection of incidents: the parties of each, and who of the client's people reads it beside its administrators;
    None: all of them."""

    __tablename__ = "incidents"

    number: Mapped[str] = mapped_column(primary_key=True)
    reseller_id: Mapped[UUID]
    client_id: Mapped[UUID | None]
    readers: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    version: Mapped[int]


class Detachment(Base):
    """A file was detached from an incident. The row stays, so that a FilesAttached that arrives late does not bind
    it."""

    __tablename__ = "detachments"

    incident_number: Mapped[str] = mapped_column(primary_key=True)
    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
