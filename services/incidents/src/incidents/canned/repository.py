"""The SQL of canned answers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.sql import AnyRow
from incidents.canned.models import CannedAnswer
from incidents.models import User

TABLE = CannedAnswer.__table__


async def rows(reader: AsyncConnection) -> Sequence[AnyRow]:
    return (await reader.execute(select(TABLE).order_by(CannedAnswer.title_key))).all()


async def row(reader: AsyncConnection, identifier: UUID) -> AnyRow | None:
    return (await reader.execute(select(TABLE).where(CannedAnswer.id == identifier))).one_or_none()


async def offered(reader: AsyncConnection, nature: str, status: str) -> Sequence[AnyRow]:
    """What is used most comes first."""
    query = select(TABLE).where(
        *(
            or_(func.cardinality(column) == 0, column.contains([value]))
            for column, value in ((CannedAnswer.natures, nature), (CannedAnswer.statuses, status))
        )
    )
    order = (CannedAnswer.used_count.desc(), CannedAnswer.title_key)
    return (await reader.execute(query.order_by(*order))).all()


async def for_change(session: AsyncSession, identifier: UUID) -> CannedAnswer | None:
    return await session.get(CannedAnswer, identifier, with_for_update={"key_share": True})


async def titled(session: AsyncSession, key: str) -> UUID | None:
    return await session.scalar(select(CannedAnswer.id).where(CannedAnswer.title_key == key))


async def count_use(session: AsyncSession, identifier: UUID) -> bool:
    """Whether there is such an answer."""
    statement = update(CannedAnswer).where(CannedAnswer.id == identifier).values(used_count=CannedAnswer.used_count + 1)
    found = await session.scalar(statement.returning(CannedAnswer.id))
    return found is not None


async def first_name(reader: AsyncConnection, user_id: UUID | None) -> str:
    """Empty until identity has told of the person."""
    return (await reader.scalar(select(User.first_name).where(User.id == user_id))) or ""
