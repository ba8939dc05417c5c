"""Periodic work: each slot of time is a row that one scheduler claims; the others find it taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.job_registry import Periodic
from chassis.tables import PeriodicSlot

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def slot_of(moment: datetime, every: timedelta) -> datetime:
    """The start of the slot that ``moment`` falls in."""
    return moment - (moment - EPOCH) % every


async def claim(session: AsyncSession, job: str, every: timedelta, now: datetime) -> bool:
    """Whether this transaction is the one to run the job for the current slot."""
    statement = insert(PeriodicSlot).values(job=job, slot=slot_of(now, every)).on_conflict_do_nothing()
    return await session.scalar(statement.returning(PeriodicSlot.slot)) is not None


def tick_of(periodic: Periodic) -> float:
    """Seconds between two offers of the job: several a slot, so that one missed or failed is made up for within it."""
    return max(1.0, min(60.0, periodic.every.total_seconds() / 4))
