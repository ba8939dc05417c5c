"""Transactions that wait for each other without a row to lock."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# In one order, so that two transactions which name several things do not wait for each other.
LOCK = text("""
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT hashtextextended(name, 0) AS key FROM unnest(CAST(:names AS text[])) AS name ORDER BY key
    ) AS ordered
""")


async def one_at_a_time(session: AsyncSession, *names: str) -> None:
    """Waits for other transactions of this database that named one of ``names``, until they end: what they added is
    seen rather than added twice."""
    await session.execute(LOCK, {"names": list(names)})
