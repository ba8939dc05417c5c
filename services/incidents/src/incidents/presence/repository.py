"""The SQL of who is at which incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.sql import AnyRow
from incidents.models import User
from incidents.presence.models import Presence


async def put(session: AsyncSession, presence: Presence) -> None:
    names = ("incident_number", "name", "writes", "expires_at")
    values = {name: getattr(presence, name) for name in names}
    statement = insert(Presence).values(user_id=presence.user_id, page_id=presence.page_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "page_id"], set_=values))


async def remove(session: AsyncSession, user_id: UUID, page_id: UUID) -> None:
    await session.execute(delete(Presence).where(Presence.user_id == user_id, Presence.page_id == page_id))


async def remove_before(session: AsyncSession, moment: datetime) -> None:
    await session.execute(delete(Presence).where(Presence.expires_at < moment))


async def state(session: AsyncSession, user_id: UUID, number: str, now: datetime) -> bool | None:
    """Whether the person writes at the incident, in any page; None where the person is not there."""
    query = select(func.bool_or(Presence.writes)).where(
        Presence.user_id == user_id, Presence.incident_number == number, Presence.expires_at > now
    )
    return await session.scalar(query)


async def place(session: AsyncSession, user_id: UUID, page_id: UUID) -> str | None:
    """The number of the incident at which the page was last."""
    query = select(Presence.incident_number).where(Presence.user_id == user_id, Presence.page_id == page_id)
    return await session.scalar(query)


async def listing(
    reader: AsyncConnection, organisation_id: UUID | None, now: datetime, number: str | None = None
) -> Sequence[AnyRow]:
    """One row per person and incident: ``incident_number``, ``user_id``, ``name``, ``writes``; people who write come
    first. People who left SQP or were disabled are left out at once, even if their last sign is recent."""
    is_at_work = and_(User.id == Presence.user_id, User.organisation_id == organisation_id, User.status == "active")
    writes = func.bool_or(Presence.writes).label("writes")
    name = func.max(Presence.name).label("name")
    query = (
        select(Presence.incident_number, Presence.user_id, name, writes)
        .join(User, is_at_work)
        .where(Presence.expires_at > now)
        .group_by(Presence.incident_number, Presence.user_id)
        .order_by(Presence.incident_number, writes.desc(), name, Presence.user_id)
    )
    if number is not None:
        query = query.where(Presence.incident_number == number)
    return (await reader.execute(query)).all()
