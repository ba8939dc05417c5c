"""The tables of what a person keeps of a list."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Integer, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from identity.models.base import Base
from web.text.folding import fold


class ListView(Base):
    """``query``: the end of the list's address, with what the portal knew when it was saved."""

    __tablename__ = "list_views"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    list_name: Mapped[str]
    name: Mapped[str]
    # As names are compared and ordered.
    name_key: Mapped[str]
    query: Mapped[str]
    version: Mapped[int] = mapped_column(Integer, default=1)

    __table_args__ = (UniqueConstraint("owner_id", "list_name", "name_key"),)

    def call(self, name: str) -> None:
        self.name, self.name_key = name, fold(name)


class HiddenColumns(Base):
    __tablename__ = "hidden_columns"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSONB)
