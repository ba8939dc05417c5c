"""A page of a person of SQP says that it is at an incident, again and again: without that it is gone by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.locks import one_at_a_time
from chassis.messaging import outbox
from events.desk import PresenceChanged
from events.incidents import Actor
from incidents.presence import repository
from incidents.presence.models import Presence
from web import clock

# Pages say so every 15 seconds: one sign may be lost.
LASTS = timedelta(seconds=40)


async def put(session: AsyncSession, number: str, page_id: UUID, writes: bool, by: Actor) -> None:
    assert by.user_id is not None, "the route lets people in only"
    await one_at_a_time(session, f"presence {by.user_id}")
    now = clock.now()
    left = await repository.place(session, by.user_id, page_id)
    if left not in (None, number):
        await _leave(session, by.user_id, page_id, now)
    before = await repository.state(session, by.user_id, number, now)
    values = {"incident_number": number, "name": by.name, "writes": writes, "expires_at": now + LASTS}
    await repository.put(session, Presence(user_id=by.user_id, page_id=page_id, **values))
    if await repository.state(session, by.user_id, number, now) != before:
        _tell(session, number, now)


async def leave(session: AsyncSession, page_id: UUID, by: Actor) -> None:
    """What a page says when it closes, if it still can."""
    assert by.user_id is not None, "the route lets people in only"
    await one_at_a_time(session, f"presence {by.user_id}")
    await _leave(session, by.user_id, page_id, clock.now())


async def expire(session: AsyncSession) -> None:
    await repository.remove_before(session, clock.now())


async def _leave(session: AsyncSession, user_id: UUID, page_id: UUID, now: datetime) -> None:
    number = await repository.place(session, user_id, page_id)
    if number is None:
        return
    before = await repository.state(session, user_id, number, now)
    await repository.remove(session, user_id, page_id)
    if await repository.state(session, user_id, number, now) != before:
        _tell(session, number, now)


def _tell(session: AsyncSession, number: str, at: datetime) -> None:
    # Nothing is counted for what lasts seconds: its version is the moment, in milliseconds.
    outbox.add(session, PresenceChanged(version=int(at.timestamp() * 1000), number=number, at=at))
