"""The table of messages that leave in a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from events import OrganisationKind
from events.incidents import Actor, Thread
from incidents.models.base import Base


class PendingMessage(Base):
    """It becomes the message of the same id at ``due_at``; until then only its author reads it.

    ``read``: the thread's ETag that the author sent as If-Match; empty if there was none. ``refusal``: why the message
    was not posted, by language; it then stays until its author changes or discards it.
    """

    __tablename__ = "pending_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    thread: Mapped[Thread]
    body: Mapped[str]
    file_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    read: Mapped[str]
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    organisation_id: Mapped[UUID]
    organisation_kind: Mapped[OrganisationKind]

    __table_args__ = (
        Index("ix_pending_messages_author", "author_id", "incident_number"),
        Index("ix_pending_messages_due", "due_at", postgresql_where=text("refusal IS NULL")),
    )

    @property
    def author(self) -> Actor:
        return Actor(
            user_id=self.author_id,
            organisation_id=self.organisation_id,
            organisation_kind=self.organisation_kind,
            name=self.author_name,
        )
