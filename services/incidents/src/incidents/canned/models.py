"""The table of canned answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incidents.models.base import Base


class CannedAnswer(Base):
    """``natures`` and ``statuses`` are empty where it is offered for all. Its use changes no version."""

    __tablename__ = "canned_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    title: Mapped[str]
    # As titles are compared.
    title_key: Mapped[str] = mapped_column(unique=True)
    body_fr: Mapped[str]
    body_en: Mapped[str]
    natures: Mapped[list[str]] = mapped_column(ARRAY(Text))
    statuses: Mapped[list[str]] = mapped_column(ARRAY(Text))
    used_count: Mapped[int] = mapped_column(server_default=text("0"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]
    changed_by_name: Mapped[str]
