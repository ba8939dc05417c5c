"""The tables of work on many incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents.bulk import Action, JobState, Outcome
from incidents.models.base import Base


class BulkJob(Base):
    """``act``: the request, applied to each incident. ``about``: the colleague or state that the job's sentence
    names."""

    __tablename__ = "bulk_jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    owner_name: Mapped[str]
    organisation_id: Mapped[UUID]
    action: Mapped[Action] = mapped_column(Text)
    act: Mapped[dict[str, Any]] = mapped_column(JSONB)
    about: Mapped[str]
    state: Mapped[JobState] = mapped_column(Text)
    total: Mapped[int]
    created_at: Mapped[datetime]
    # When a row last got its result: a job that has stood still since long is set going again.
    moved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_bulk_jobs_owner_id", "owner_id", "created_at"),
        Index("ix_bulk_jobs_running", "moved_at", postgresql_where=text("state = 'running'")),
    )


class BulkRow(Base):
    """The result is worded once, in both languages, as what it says may be different tomorrow."""

    __tablename__ = "bulk_rows"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("bulk_jobs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(Text)
    said_fr: Mapped[str] = mapped_column(server_default="")
    said_en: Mapped[str] = mapped_column(server_default="")
