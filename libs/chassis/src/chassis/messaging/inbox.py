"""The first statement of every consumer's transaction: has this consumer had this event already?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.tables import InboxEntry


async def record(session: AsyncSession, consumer: str, event_id: UUID) -> bool:
    """Whether the event is new to this consumer. A concurrent duplicate waits here for the first to end."""
    statement = insert(InboxEntry).values(consumer=consumer, event_id=event_id).on_conflict_do_nothing()
    return await session.scalar(statement.returning(InboxEntry.event_id)) is not None
