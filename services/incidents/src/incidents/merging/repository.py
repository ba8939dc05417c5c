"""The SQL of merges."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.sql import AnyRow
from incidents.merging.models import Merge
from incidents.models import Incident


async def current(session: AsyncSession, source: str) -> Merge | None:
    """The merge that holds; call it under the source's lock."""
    return await session.scalar(select(Merge).where(Merge.source_number == source, Merge.undone_at.is_(None)))


async def target_of(session: AsyncSession, source: str) -> str | None:
    return await session.scalar(select(Incident.merged_into).where(Incident.number == source))


async def taken_in(session: AsyncSession, number: str) -> str | None:
    """The first that was merged into it, if any."""
    query = select(Incident.number).where(Incident.merged_into == number).order_by(Incident.number_key)
    return await session.scalar(query.limit(1))


async def of(reader: AsyncConnection, number: str) -> Sequence[AnyRow]:
    """On either side, oldest first."""
    sides = or_(Merge.source_number == number, Merge.target_number == number)
    return (await reader.execute(select(Merge.__table__).where(sides).order_by(Merge.id))).all()
