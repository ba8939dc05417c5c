"""The SQL of saved views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents.desk_views import MOST_COUNTED, DeskQuery
from chassis.sql import AnyRow
from incidents.desk import queries
from incidents.models import User
from incidents.saved_views.models import SavedView

TABLE = SavedView.__table__


def seen_by(me: UUID | None) -> ColumnElement[bool]:
    return or_(SavedView.is_shared, SavedView.owner_id == me)


async def rows(reader: AsyncConnection, me: UUID | None) -> Sequence[AnyRow]:
    query = select(TABLE).where(seen_by(me)).order_by(SavedView.name_key, SavedView.id)
    return (await reader.execute(query)).all()


async def row(reader: AsyncConnection, identifier: UUID, me: UUID | None) -> AnyRow | None:
    return (await reader.execute(select(TABLE).where(SavedView.id == identifier, seen_by(me)))).one_or_none()


async def for_change(session: AsyncSession, identifier: UUID, me: UUID | None) -> SavedView | None:
    query = select(SavedView).where(SavedView.id == identifier, seen_by(me))
    return await session.scalar(query.with_for_update(key_share=True))


async def named(session: AsyncSession, key: str, me: UUID | None) -> UUID | None:
    """Of those that ``me`` sees."""
    return await session.scalar(select(SavedView.id).where(SavedView.name_key == key, seen_by(me)).limit(1))


async def how_many(session: AsyncSession, me: UUID, *, shared: bool) -> int:
    own = SavedView.is_shared if shared else (SavedView.owner_id == me) & ~SavedView.is_shared
    return await session.scalar(select(func.count()).where(own)) or 0


async def at_the_desk(reader: AsyncConnection, people: Iterable[UUID], organisation_id: UUID | None) -> set[UUID]:
    """Those of ``people`` who still work there."""
    asked = list(people)
    if not asked:
        return set()
    query = select(User.id).where(User.id.in_(asked), *queries.works_at(organisation_id))
    return set((await reader.scalars(query)).all())


async def count(reader: AsyncConnection, wanted: DeskQuery, who: str | UUID, me: UUID | None, now: datetime) -> int:
    """Up to ``MOST_COUNTED``, so that a large view costs no more than a small one."""
    narrowed = queries.Wanted(wanted.q, who, wanted.action, wanted.state, wanted.reseller_id, wanted.service_level)
    chosen = queries.listing(narrowed).where(queries.is_when(wanted.when, me, now), queries.is_of(who, me))
    return await reader.scalar(select(func.count()).select_from(chosen.limit(MOST_COUNTED).subquery())) or 0
