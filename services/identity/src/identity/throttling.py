"""Attempts counted in the database, so that every process of the service sees the same counters."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.database import Database
from chassis.errors import TooManyRequests
from identity.models import ThrottleCounter
from identity.settings import Settings


@dataclass(frozen=True)
class Bucket:
    """``limit`` attempts a window for one account, one address, or everybody."""

    key: str
    limit: int

    @classmethod
    def of(cls, purpose: str, whom: str, limit: int) -> Bucket:
        """The key holds a digest: counters need not know whom they count."""
        return cls(f"{purpose}:{hashlib.sha256(whom.casefold().strip().encode()).hexdigest()[:32]}", limit)


class Throttle:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._window = timedelta(seconds=settings.throttle_window_seconds)

    def login(self, account: str, address: str) -> tuple[Bucket, Bucket, Bucket]:
        return (
            self.account(account),
            Bucket.of("login-address", address, self._settings.address_attempts),
            Bucket.of("login", "overall", self._settings.overall_attempts),
        )

    def account(self, account: str) -> Bucket:
        return Bucket.of("login-account", account, self._settings.account_attempts)

    def mail(self, account: str, address: str) -> tuple[Bucket, Bucket, Bucket]:
        """For what may send an e-mail: a forgotten password, a sign-up."""
        return (
            Bucket.of("mail-account", account, self._settings.mail_requests_per_account),
            Bucket.of("mail-address", address, self._settings.mail_requests_per_address),
            Bucket.of("mail", "overall", self._settings.overall_attempts),
        )

    def link(self, address: str) -> tuple[Bucket, ...]:
        return (Bucket.of("link-address", address, self._settings.address_attempts),)

    async def count(self, buckets: Sequence[Bucket]) -> None:
        """Counts one attempt, before it is made and for good, whatever becomes of the request.

        Raises TooManyRequests when a bucket is full.
        """
        now = clock.now()
        limits = {bucket.key: bucket.limit for bucket in buckets}
        async with self._database.transaction() as session:
            counted = [await self._count(session, key, now) for key in sorted(limits)]
        full = [row.started_at for row in counted if row.count > limits[row.key]]
        if full:
            left = (max(full) + self._window - now).total_seconds()
            raise TooManyRequests(retry_after=max(1, int(left) + 1))

    async def _count(self, session: AsyncSession, key: str, now: datetime) -> ThrottleCounter:
        table = ThrottleCounter
        over = table.started_at <= now - self._window
        statement = (
            insert(table)
            .values(key=key, count=1, started_at=now)
            .on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "count": case((over, 1), else_=table.count + 1),
                    "started_at": case((over, now), else_=table.started_at),
                },
            )
            .returning(table)
        )
        return (await session.scalars(statement, execution_options={"populate_existing": True})).one()


async def forgive(session: AsyncSession, buckets: Sequence[Bucket]) -> None:
    """After a success: the account's counter starts again, the others lose this attempt."""
    account, *others = buckets
    await session.execute(delete(ThrottleCounter).where(ThrottleCounter.key == account.key))
    for bucket in sorted(others, key=lambda bucket: bucket.key):
        await session.execute(
            update(ThrottleCounter)
            .where(ThrottleCounter.key == bucket.key, ThrottleCounter.count > 0)
            .values(count=ThrottleCounter.count - 1)
        )


async def clear_away(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(ThrottleCounter).where(ThrottleCounter.started_at < before))
