"""The relay: takes pending rows of the outbox to the bus, in commit order per aggregate, one leader per service.

Each round is one transaction that holds an advisory lock, so a standby takes over the moment a leader dies. A row is
done only when the bus has confirmed it; a refused row holds back its own aggregate alone and is tried again later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Database
from chassis.failpoints import crash_point
from chassis.messaging import sleeping
from chassis.messaging.publisher import BrokerUnavailable, Publisher, Row
from web.observability import Metrics

log = logging.getLogger(__name__)

BATCH = 256
LOCK = 7_205_759_403  # any constant; the database is the service's own
AWAY_PAUSE = 0.5
# Seconds. What is written past the application is found after a sleep; a standby takes over after a pause.
LONGEST_SLEEP, LONGEST_PAUSE = 5.0, 1.0
# Seconds that a database which is there needs to let a relay fall asleep and wake up.
AWAKE_WITHIN = 2.0

PENDING = text("""
    SELECT position, id, kind, type, aggregate, payload FROM outbox AS o
    WHERE sent_at IS NULL AND due_at <= now() AND (next_attempt_at IS NULL OR next_attempt_at <= now())
      AND NOT EXISTS (SELECT FROM outbox AS earlier
                      WHERE earlier.sent_at IS NULL AND earlier.aggregate = o.aggregate
                        AND earlier.position < o.position AND earlier.next_attempt_at > now())
    ORDER BY position LIMIT :batch
""")
SENT = text("UPDATE outbox SET sent_at = clock_timestamp(), last_error = NULL WHERE position = ANY(:positions)")
REFUSED = text("""
    UPDATE outbox SET attempts = attempts + 1, last_error = :error,
        next_attempt_at = clock_timestamp() + least(300, power(2, least(attempts, 9))) * interval '1 second'
    WHERE position = :position
""")
BACKLOG = text("""
    SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)
    FROM outbox WHERE sent_at IS NULL AND due_at <= now()
""")


class Relay:
    def __init__(
        self, database: Database, publisher: Publisher, metrics: Metrics, *, poll: float, confirm_timeout: float
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._metrics = metrics
        self._poll = poll
        self._confirm_timeout = confirm_timeout

    async def run(self) -> None:
        """Runs round after round until cancelled. Without pending rows it sleeps until a commit wakes it; where it
        cannot sleep, it polls, less and less often. A stop lets the round under way finish."""
        pause = self._poll
        try:
            while True:
                if await self._whole_round() or await self._sleeps():
                    pause = self._poll
                    continue
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            await self._publisher.close()

    async def _whole_round(self) -> int:
        """Lets a round that has begun end, even if the relay is cancelled. Otherwise the broker would confirm a batch
        whose rows are not marked as sent, and the next leader would publish all of them again."""
        under_way = asyncio.create_task(self._try_round())
        try:
            return await asyncio.shield(under_way)
        except asyncio.CancelledError:
            await asyncio.wait({under_way}, timeout=self._confirm_timeout)
            under_way.cancel()
            await asyncio.gather(under_way, return_exceptions=True)
            raise

    async def _try_round(self) -> int:
        try:
            return await self.round()
        except (BrokerUnavailable, SQLAlchemyError, OSError) as error:
            log.warning("relay waits: %s: %s", type(error).__name__, error)
            await asyncio.sleep(AWAY_PAUSE)
            return 0

    async def _sleeps(self) -> bool:
        try:
            async with asyncio.timeout(LONGEST_SLEEP + AWAKE_WITHIN):
                return await sleeping.sleep(self._database, LONGEST_SLEEP)
        except (SQLAlchemyError, psycopg.Error, OSError) as error:
            log.warning("relay stays awake: %s: %s", type(error).__name__, error)
            return False

    async def round(self) -> int:
        """Publishes one batch if this process is the leader; returns how many rows it read (0 for a standby)."""
        async with self._database.engine.begin() as connection:
            if not await self._lead(connection):
                return 0
            rows = [Row(**row) for row in (await connection.execute(PENDING, {"batch": BATCH})).mappings()]
            if rows:
                results = await self._publisher.publish(rows)
                crash_point("relay.after_confirm")
                await self._mark(connection, rows, results)
            return len(rows)

    async def _lead(self, connection: AsyncConnection) -> bool:
        leads = await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if leads:
            # Longer than the longest wait for a confirm: PostgreSQL would otherwise end the idle transaction, and with
            # it the lock, during a publish.
            idle = int((self._confirm_timeout + 20) * 1000)
            await connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {idle}"))
        return bool(leads)

    async def _mark(self, connection: AsyncConnection, rows: Sequence[Row], results: Sequence[str | None]) -> None:
        refused: dict[str, str] = {}
        sent: list[int] = []
        for row, error in zip(rows, results, strict=True):
            if row.aggregate in refused:
                continue  # behind a refused row: published again after it, so that order is restored
            if error is None:
                sent.append(row.position)
            else:
                refused[row.aggregate] = error
                await connection.execute(REFUSED, {"position": row.position, "error": error})
        await connection.execute(SENT, {"positions": sent})
        self._metrics.published.inc(len(sent))
        self._metrics.publish_failures.inc(len(refused))

    async def observe(self) -> None:
        """Refreshes the figures of the backlog."""
        async with self._database.reader() as connection:
            pending, age = (await connection.execute(BACKLOG)).one()
        self._metrics.outbox_pending.set(pending)
        self._metrics.outbox_age.set(float(age))
