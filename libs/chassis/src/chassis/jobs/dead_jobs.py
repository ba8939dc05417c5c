"""Jobs that failed for good, under the same operator's commands as dead events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import ColumnElement, Text, cast, delete, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database
from chassis.messaging.dead_letters import DeadLetter
from chassis.messaging.outbox import job_row
from chassis.tables import DeadJob


class DeadJobs:
    """The table of dead jobs as :class:`chassis.messaging.dead_letters.DeadLetters`; ``consumer`` is the job queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listing(self, consumer: str) -> list[DeadLetter]:
        async with self._database.transaction() as session:
            rows = (await session.scalars(select(DeadJob).order_by(DeadJob.failed_at))).all()
        return [
            DeadLetter(str(row.id), consumer, row.job, row.error, 0, json.dumps(row.arguments, ensure_ascii=False))
            for row in rows
        ]

    async def replay(self, consumer: str, ids: set[str] | None) -> int:
        """Enqueues them anew, attempts reset, in the transaction that takes them from the dead."""
        async with self._database.transaction() as session:
            taken = await self._take(session, true() if ids is None else _among(ids))
            session.add_all(job_row(uuid4(), job, arguments) for job, arguments in taken)
        return len(taken)

    async def drop(self, consumer: str, ids: set[str]) -> int:
        async with self._database.transaction() as session:
            return len(await self._take(session, _among(ids)))

    async def _take(self, session: AsyncSession, which: ColumnElement[bool]) -> Sequence[tuple[str, dict[str, object]]]:
        taken = await session.execute(delete(DeadJob).where(which).returning(DeadJob.job, DeadJob.arguments))
        return [(row.job, row.arguments) for row in taken]


def _among(ids: set[str]) -> ColumnElement[bool]:
    return cast(DeadJob.id, Text).in_(ids)
