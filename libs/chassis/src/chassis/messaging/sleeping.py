"""A relay without work sleeps until a writer wakes it: no poll, and no NOTIFY while it works.

A relay that sleeps holds an advisory lock. Each transaction that writes to the outbox tries to share that lock until it
commits: where it can, no relay sleeps, and none falls asleep before the commit, after which it sees the row. Where it
cannot, a relay sleeps, and the commit notifies it. Neither ever waits for the other, and no commit is slept through.
"""

from __future__ import annotations

from typing import cast

from psycopg import AsyncConnection
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection as Reader

from chassis.database import WAKING, Database

LISTEN, UNLISTEN = text("LISTEN outbox"), text("UNLISTEN outbox")
LOCK, UNLOCK = (text(f"SELECT pg_{name}({WAKING})") for name in ("try_advisory_lock", "advisory_unlock"))
# Empty without rows, and not above zero where one can be published now or waits behind one that was refused.
DUE_IN = text("""
    SELECT extract(epoch FROM min(greatest(due_at, coalesce(next_attempt_at, due_at))) - clock_timestamp())
    FROM outbox WHERE sent_at IS NULL
""")


async def sleep(database: Database, most: float) -> bool:
    """Until a row was committed or is due, at most so many seconds. False, at once, where there is something to do, a
    writer is about to commit, or another relay sleeps."""
    async with database.reader() as reader:
        try:
            # Before the lock: whoever cannot share it notifies one that listens.
            await reader.execute(LISTEN)
            slept = bool(await reader.scalar(LOCK))
            if slept:
                due_in = await reader.scalar(DUE_IN)
                slept = due_in is None or due_in > 0
                if slept:
                    await _notified(reader, most if due_in is None else min(most, float(due_in)))
                await reader.execute(UNLOCK)
            await reader.execute(UNLISTEN)
        except BaseException:
            # The lock and the subscription go with the connection.
            await reader.invalidate()
            raise
    return slept


async def _notified(reader: Reader, seconds: float) -> None:
    raw = await reader.get_raw_connection()
    async for _ in cast("AsyncConnection", raw.driver_connection).notifies(timeout=seconds, stop_after=1):
        return
