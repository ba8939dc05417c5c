"""Projections: what a service keeps of another service's aggregates, by the events that they publish."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase


async def upsert(session: AsyncSession, model: type[DeclarativeBase], values: dict[str, Any], version: int) -> bool:
    """Inserts the row, or updates it where the stored version is older than ``version``; whether it did either.

    ``values``: by column, the primary key included. Events arrive in any order and more than once, so an older or equal
    version changes nothing.
    """
    table = model.__table__
    key = [column.name for column in table.primary_key]
    statement = insert(model).values({**values, "version": version})
    newer = statement.on_conflict_do_update(
        index_elements=key,
        set_={name: statement.excluded[name] for name in (*values, "version") if name not in key},
        where=table.c.version < version,
    )
    return await session.scalar(newer.returning(table.c[key[0]])) is not None
