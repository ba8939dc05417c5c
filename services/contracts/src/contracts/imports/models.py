"""The tables of imports."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.imports import State
from contracts.models import Base


class Import(Base):
    """``owner`` is the service account that sent it; ``upload_key`` tells its body from a repetition while it is open.
    The first ``handled_blocks`` of its ``blocks`` are registered."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner: Mapped[str]
    is_dry_run: Mapped[bool]
    state: Mapped[State] = mapped_column(Text)
    upload_key: Mapped[str | None]
    blocks: Mapped[int] = mapped_column(server_default=text("0"))
    handled_blocks: Mapped[int] = mapped_column(server_default=text("0"))
    lines: Mapped[int] = mapped_column(server_default=text("0"))
    created: Mapped[int] = mapped_column(server_default=text("0"))
    changed: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    refused: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]
    # When something of it last came or was registered: one that stands still is set going again, or given up.
    moved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_imports_unended", "moved_at", postgresql_where=text("ended_at IS NULL")),)


class ImportBlock(Base):
    """Some lines of the body as they came, which are registered in one transaction; gone when the import has ended."""

    __tablename__ = "import_blocks"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_line: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportName(Base):
    """A contract's number that a line had, or a client that a dry run would have added and for which reseller; gone
    when the import has ended."""

    __tablename__ = "import_names"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Literal["contract", "client"]] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[int | None]
    reseller_id: Mapped[UUID | None]


class ImportRefusal(Base):
    """Why a line was refused, in both languages. ``errors``: the fields that were wrong."""

    __tablename__ = "import_refusals"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str]
    code: Mapped[str]
    said_fr: Mapped[str]
    said_en: Mapped[str]
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
