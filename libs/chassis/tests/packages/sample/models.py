"""Notes, what consumers and jobs have done, and switches by which a test makes them fail."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Identity, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.tables import NAMING, TYPES


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    text: Mapped[str]
    rank: Mapped[int | None]


class Effect(Base):
    """One line per effect: a duplicate effect is a second line. ``position`` gives the order."""

    __tablename__ = "effects"

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    who: Mapped[str]
    what: Mapped[str]


class Switch(Base):
    """While it is there, what looks at it fails."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(primary_key=True)
