"""The first statement of every consumer's transaction: has this consumer had this event already?"""

from __future__ import annotations

from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.tables import InboxEntry


async def record(session: AsyncSession, consumer: str, event_id: UUID) -> bool:
    """Whether the event is new to this consumer. A concurrent duplicate waits here for the first to end."""
    statement = insert(InboxEntry).values(consumer=consumer, event_id=event_id).on_conflict_do_nothing()
    result = cast("CursorResult[object]", await session.execute(statement))
    return result.rowcount == 1
