"""The SQL of drafts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.locks import one_at_a_time
from chassis.sql import AnyRow
from incidents.drafts.models import Draft


async def find(reader: AsyncConnection, user_id: UUID | None, identifier: UUID) -> AnyRow | None:
    query = select(Draft.__table__).where(Draft.user_id == user_id, Draft.id == identifier)
    return (await reader.execute(query)).one_or_none()


async def put(session: AsyncSession, draft: Draft) -> None:
    names = ("contract_number", "incident_number", "thread", "content", "updated_at")
    values = {name: getattr(draft, name) for name in names}
    statement = insert(Draft).values(user_id=draft.user_id, id=draft.id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "id"], set_=values))


async def count_others(session: AsyncSession, draft: Draft) -> int:
    """Of its kind and user; until this transaction ends, no other counts for the same user."""
    await one_at_a_time(session, str(draft.user_id))
    place = Draft.incident_number
    is_of_kind = place.is_(None) if draft.incident_number is None else place.is_not(None)
    query = select(func.count()).select_from(Draft)
    query = query.where(Draft.user_id == draft.user_id, Draft.id != draft.id, is_of_kind)
    return (await session.scalars(query)).one()


async def remove(session: AsyncSession, user_id: UUID, identifier: UUID) -> bool:
    """Whether there was one."""
    statement = delete(Draft).where(Draft.user_id == user_id, Draft.id == identifier)
    return await session.scalar(statement.returning(Draft.id)) is not None


async def remove_before(session: AsyncSession, moment: datetime) -> None:
    await session.execute(delete(Draft).where(Draft.updated_at < moment))
