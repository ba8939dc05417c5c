"""The SQL of sharing: people of a client's organisation, unless disabled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.sql import AnyRow
from incidents.models import User


async def known(session: AsyncSession, organisation_id: UUID | None, ids: Collection[UUID]) -> set[UUID]:
    """Those of ``ids`` who are of the organisation."""
    query = select(User.id).where(User.organisation_id == organisation_id, User.status != "disabled")
    return set((await session.scalars(query.where(User.id.in_(ids)))).all())


async def basic(session: AsyncSession, organisation_id: UUID | None) -> Sequence[UUID]:
    query = select(User.id).where(User.organisation_id == organisation_id, User.status != "disabled")
    return (await session.scalars(query.where(User.role != "administrator").order_by(User.id))).all()


async def named(reader: AsyncConnection, organisation_id: UUID, ids: Collection[UUID]) -> Sequence[AnyRow]:
    """Those of ``ids`` who are no administrators: ``id``, ``name``."""
    query = select(User.id, User.name).where(User.organisation_id == organisation_id, User.status != "disabled")
    query = query.where(User.role != "administrator", User.id.in_(ids))
    return (await reader.execute(query.order_by(User.name, User.id))).all()
