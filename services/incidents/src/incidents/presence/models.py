"""The table of who is at which incident."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from incidents.models.base import Base


class Presence(Base):
    """One open page of a person of SQP. It counts until ``expires_at``, whatever became of the browser."""

    __tablename__ = "presences"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    page_id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_number: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    writes: Mapped[bool]
    expires_at: Mapped[datetime] = mapped_column(index=True)
