"""What is said on an incident, in its threads, and what is attached to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents import AttachmentState
from events import OrganisationKind
from events.files import ScanState
from events.incidents import Scope, Thread
from incidents.errors import FileStillPending
from incidents.models.base import Base


class Message(Base):
    """A message of a thread. The database forbids the application to change or delete it.

    ``mentioned_ids``: the people of SQP that a note mentions.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # What the previous release sorts by; nothing reads it any more.
    position: Mapped[int] = mapped_column(Identity(), unique=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    thread: Mapped[Thread]
    body: Mapped[str]
    mentioned_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")
    at: Mapped[datetime]
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    organisation_id: Mapped[UUID]
    organisation_kind: Mapped[OrganisationKind]

    __table_args__ = (
        Index("ix_messages_thread", "incident_number", "thread", "position"),
        Index("ix_messages_said", "incident_number", "thread", "at", "id"),
    )


# What a reseller or a client wrote.
BY_PARTY = Message.organisation_kind.in_(("reseller", "client"))


class Attachment(Base):
    """A file that a request attached to an incident. It is ``pending`` until the files service binds or refuses it.

    Rows stay when the file is refused, detached or erased, so that a late event cannot make it visible again.
    ``file_version`` is the newest state of the file that was applied; ``size`` is in bytes.
    """

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    file_id: Mapped[UUID] = mapped_column(index=True)
    scope: Mapped[Scope]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"), index=True)
    state: Mapped[AttachmentState] = mapped_column(default="pending")
    refusal: Mapped[str | None]
    file_version: Mapped[int] = mapped_column(default=0)
    name: Mapped[str | None]
    media_type: Mapped[str | None]
    size: Mapped[int | None]
    scan: Mapped[ScanState | None]
    attached_at: Mapped[datetime]
    attached_by: Mapped[UUID]
    attached_by_name: Mapped[str]
    organisation_id: Mapped[UUID]
    organisation_kind: Mapped[OrganisationKind]

    __table_args__ = (
        Index(
            "uq_attachments_shown",
            "incident_number",
            "file_id",
            unique=True,
            postgresql_where=text("state IN ('pending', 'bound')"),
        ),
    )

    def detach(self) -> None:
        """Takes the file off. A pending one waits for the files service's word, so that the two cannot cross."""
        if self.state == "pending":
            raise FileStillPending
        self.state = "detached"
