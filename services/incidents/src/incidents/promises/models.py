"""The tables of the promise: SQP's closures, the settings with every change, and what each incident was promised."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents.promises import ClockStart, PromiseState
from events.incidents import Actor
from incidents.models.base import Base
from incidents.promises import rule
from incidents.promises.terms import Terms
from web import clock


class Closure(Base):
    """A working day on which SQP dispatches nothing."""

    __tablename__ = "closures"

    day: Mapped[date] = mapped_column(primary_key=True)
    reason: Mapped[str]
    added_at: Mapped[datetime]
    added_by: Mapped[UUID]
    added_by_name: Mapped[str]


class PromiseTerms(Base):
    """By what promises are made since ``at``: a row for every change, closures included, and none is ever changed.

    Before the first row :data:`Terms` has its defaults. ``closures`` are days in ISO 8601.
    """

    __tablename__ = "promise_terms"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cutoff: Mapped[time]
    clock_start: Mapped[ClockStart]
    closures: Mapped[list[str]] = mapped_column(JSONB)
    at: Mapped[datetime]
    user_id: Mapped[UUID]
    user_name: Mapped[str]

    @classmethod
    def of(cls, terms: Terms, by: Actor, at: datetime) -> PromiseTerms:
        return cls(
            revision=terms.revision,
            cutoff=terms.cutoff,
            clock_start=terms.clock_start,
            closures=sorted(day.isoformat() for day in terms.closures),
            at=at,
            user_id=by.user_id,
            user_name=by.name,
        )


class Promise(Base):
    """What one incident was promised. ``dispatch_on`` moves with pauses, ``first_dispatch_on`` never.

    ``base_day`` is the working day that the start counted for. ``fulfilled_at``: when the dispatch was under way;
    ``missed_at``: when the parties were told that the day had passed.
    """

    __tablename__ = "promises"

    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), primary_key=True)
    started_at: Mapped[datetime]
    clock_start: Mapped[ClockStart]
    base_day: Mapped[date]
    first_dispatch_on: Mapped[date]
    dispatch_on: Mapped[date]
    cutoff: Mapped[time]
    rule_version: Mapped[str]
    calendar_version: Mapped[str]
    paused_at: Mapped[datetime | None]
    fulfilled_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_promises_days", "dispatch_on", postgresql_include=["paused_at", "fulfilled_at", "missed_at"]),
        Index(
            "ix_promises_due",
            "dispatch_on",
            postgresql_where=text("fulfilled_at IS NULL AND paused_at IS NULL AND missed_at IS NULL"),
        ),
    )

    @classmethod
    def made(cls, incident: str, at: datetime, terms: Terms) -> Promise:
        window = rule.window(at, terms.cutoff, terms.days)
        return cls(
            incident_number=incident,
            started_at=at,
            clock_start=terms.clock_start,
            base_day=window.base_day,
            first_dispatch_on=window.dispatch_on,
            dispatch_on=window.dispatch_on,
            cutoff=terms.cutoff,
            rule_version=rule.VERSION,
            calendar_version=terms.calendar_version,
        )

    def pause(self, at: datetime) -> None:
        self.paused_at = self.paused_at or at

    def resume(self, at: datetime, terms: Terms) -> None:
        """Counts the pause by today's calendar and the cut-off of the promise; an unmoved day stays as promised."""
        if self.paused_at is None:
            return
        moved = rule.after_pause(self.dispatch_on, self.paused_at, at, self.cutoff, terms.days)
        self.paused_at = None
        if moved != self.dispatch_on and self.missed_at is None:
            self.dispatch_on = moved
            self.rule_version = rule.VERSION
            self.calendar_version = terms.calendar_version

    def fulfil(self, at: datetime) -> None:
        self.fulfilled_at = self.fulfilled_at or at

    def is_overdue(self, at: datetime) -> bool:
        """Whether the promised day was over at ``at`` without a dispatch."""
        return self.fulfilled_at is None and self.paused_at is None and clock.day(at) > self.dispatch_on


def state_of(
    dispatch_on: date, paused_at: datetime | None, fulfilled_at: datetime | None, missed_at: datetime | None
) -> PromiseState:
    """As of now; ``missed`` also before the parties were told."""
    if missed_at is not None:
        return "missed"
    if fulfilled_at is not None:
        return "kept" if clock.day(fulfilled_at) <= dispatch_on else "missed"
    if paused_at is not None:
        return "paused"
    return "running" if clock.today() <= dispatch_on else "missed"
