"""The table of merges, those that were undone included."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents.desk import Action
from events.incidents import PendingReason, Status
from incidents.models.base import Base

UNDO_FOR = timedelta(minutes=10)


class Merge(Base):
    """``source_number`` is read in ``target_number`` since ``at``. The states of both, and what was next on the source,
    as they were then: an undo brings the source's back."""

    __tablename__ = "incident_merges"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    target_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str]
    source_status: Mapped[Status]
    source_reason: Mapped[PendingReason | None]
    target_status: Mapped[Status]
    action: Mapped[Action | None]
    action_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[UUID | None]
    undone_by_name: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_incident_merges_source_number",
            "source_number",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    @property
    def undo_until(self) -> datetime:
        return self.at + UNDO_FOR
