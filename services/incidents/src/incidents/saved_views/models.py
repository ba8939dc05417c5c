"""The table of saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incidents.models.base import Base


class SavedView(Base):
    """``query``: the queue's parameters as they were saved; what they name may have gone since."""

    __tablename__ = "saved_views"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    owner_id: Mapped[UUID]
    owner_name: Mapped[str]
    name: Mapped[str]
    # As names are compared and ordered.
    name_key: Mapped[str]
    is_shared: Mapped[bool]
    query: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime]

    __table_args__ = (Index("ix_saved_views_owner_id", "owner_id"),)
