"""Where the rate limits of the service are counted: in its database, so that every process sees the same counters."""

from __future__ import annotations

from datetime import timedelta

from limits.aio.storage import Storage
from sqlalchemy import ColumnElement, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from chassis.database import Database
from identity.models import ThrottleCounter
from web import clock


class DatabaseStorage(Storage):
    """The storage interface of ``limits`` over one table. Each count is one statement of its own that is committed at
    once: an attempt counts whatever becomes of the request."""

    # It is made here, never looked up by an address.
    STORAGE_SCHEME = None

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """The count after ``amount``, which may be negative to take an attempt back; it never falls below 0."""
        now = clock.now()
        table = ThrottleCounter
        ends = now + timedelta(seconds=expiry)
        over = table.expires_at <= now
        counted = func.greatest(case((over, amount), else_=table.count + amount), 0)
        statement = (
            insert(table)
            .values(key=key, count=max(amount, 0), expires_at=ends)
            .on_conflict_do_update(
                index_elements=["key"],
                set_={"count": counted, "expires_at": case((over, ends), else_=table.expires_at)},
            )
            .returning(table.count)
        )
        async with self._database.reader() as connection:
            return int((await connection.execute(statement)).scalar_one())

    async def get(self, key: str) -> int:
        query = select(ThrottleCounter.count)
        query = query.where(ThrottleCounter.key == key, ThrottleCounter.expires_at > clock.now())
        async with self._database.reader() as connection:
            return (await connection.execute(query)).scalar_one_or_none() or 0

    async def get_expiry(self, key: str) -> float:
        query = select(ThrottleCounter.expires_at).where(ThrottleCounter.key == key)
        async with self._database.reader() as connection:
            ends = (await connection.execute(query)).scalar_one_or_none()
        return (ends or clock.now()).timestamp()

    async def check(self) -> bool:
        return await self._database.answers()

    async def clear(self, key: str) -> None:
        await self._remove(ThrottleCounter.key == key)

    async def reset(self) -> int | None:
        return await self._remove(ThrottleCounter.key.is_not(None))

    async def _remove(self, which: ColumnElement[bool]) -> int:
        async with self._database.reader() as connection:
            return int((await connection.execute(delete(ThrottleCounter).where(which))).rowcount)
