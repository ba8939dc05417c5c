"""Transactions that wait for each other without a row to lock."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def one_at_a_time(session: AsyncSession, what: str) -> None:
    """Waits for other transactions of this database that named ``what``, until they end: what they added is seen
    rather than added twice."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))
