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
    values = {"contract_number": draft.contract_number, "content": draft.content, "updated_at": draft.updated_at}
    statement = insert(Draft).values(user_id=draft.user_id, id=draft.id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "id"], set_=values))


async def count_others(session: AsyncSession, user_id: UUID, identifier: UUID) -> int:
    """Until this transaction ends, no other counts for the same user."""
    await one_at_a_time(session, str(user_id))
    query = select(func.count()).select_from(Draft).where(Draft.user_id == user_id, Draft.id != identifier)
    return (await session.scalars(query)).one()


async def remove(session: AsyncSession, user_id: UUID, identifier: UUID) -> bool:
    """Whether there was one."""
    statement = delete(Draft).where(Draft.user_id == user_id, Draft.id == identifier)
    return await session.scalar(statement.returning(Draft.id)) is not None


async def remove_before(session: AsyncSession, moment: datetime) -> None:
    await session.execute(delete(Draft).where(Draft.updated_at < moment))
