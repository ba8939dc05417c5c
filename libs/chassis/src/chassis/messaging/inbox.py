"""The first statement of every transaction of a consumer or a job: has this event, or this attempt at a job, had its
effect already?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.tables import InboxEntry


async def record(session: AsyncSession, consumer: str, event_id: UUID) -> bool:
    """Whether the event is new to this consumer (of jobs: the attempt, and the queue's name). A concurrent duplicate
    waits here for the first to end."""
    statement = insert(InboxEntry).values(consumer=consumer, event_id=event_id).on_conflict_do_nothing()
    return await session.scalar(statement.returning(InboxEntry.event_id)) is not None
