"""The SQL of imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.imports import State
from chassis.http import paging
from chassis.http.paging import Sort
from chassis.sql import AnyRow
from chassis.tables import IdempotencyRecord
from contracts.imports.blocks import Block
from contracts.imports.models import Import, ImportBlock, ImportName, ImportRefusal

IMPORT = Import.__table__
BY_LINE = Sort("line", ImportRefusal.line.expression, descending=False)


async def is_answered(session: AsyncSession, scope: str, key: str) -> bool:
    """Whether an Idempotency-Key has had its answer."""
    answered = exists().where(IdempotencyRecord.scope == scope, IdempotencyRecord.key == key)
    return bool(await session.scalar(select(answered)))


async def is_under_way(session: AsyncSession, upload_key: str, since: datetime) -> bool:
    """Whether a body with this key is on its way; one of which nothing came ``since`` then was given up."""
    same = exists().where(Import.state == "open", Import.upload_key == upload_key, Import.moved_at >= since)
    return bool(await session.scalar(select(same)))


async def unended(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(Import).where(Import.ended_at.is_(None))) or 0


async def add_block(session: AsyncSession, import_id: UUID, block: Block, at: datetime) -> None:
    """Raises IntegrityError where the import was given up meanwhile."""
    row = {"position": block.position, "first_line": block.first_line, "content": block.content}
    await session.execute(insert(ImportBlock).values(import_id=import_id, **row))
    await session.execute(update(Import).where(Import.id == import_id).values(moved_at=at))


async def locked(session: AsyncSession, import_id: UUID) -> AnyRow | None:
    """The import's columns, its row locked: one thing at a time is done of an import."""
    query = select(IMPORT).where(Import.id == import_id).with_for_update(key_share=True)
    return (await session.execute(query)).one_or_none()


async def change(session: AsyncSession, import_id: UUID, values: Mapping[str, Any]) -> None:
    await session.execute(update(Import).where(Import.id == import_id).values(**values))


async def block(session: AsyncSession, import_id: UUID, position: int) -> AnyRow:
    wanted = (ImportBlock.import_id == import_id, ImportBlock.position == position)
    return (await session.execute(select(ImportBlock.first_line, ImportBlock.content).where(*wanted))).one()


async def earlier_lines(session: AsyncSession, import_id: UUID, numbers: Iterable[str]) -> dict[str, int]:
    """Of contracts that lines of the blocks before named: their line."""
    named = (ImportName.import_id == import_id, ImportName.kind == "contract", ImportName.code.in_(list(numbers)))
    return {row.code: row.line for row in await session.execute(select(ImportName.code, ImportName.line).where(*named))}


async def owners(session: AsyncSession, import_id: UUID, clients: Iterable[str]) -> dict[str, UUID]:
    """Of clients that a dry run would have added: their reseller."""
    named = (ImportName.import_id == import_id, ImportName.kind == "client", ImportName.code.in_(list(clients)))
    query = select(ImportName.code, ImportName.reseller_id).where(*named)
    return {row.code: row.reseller_id for row in await session.execute(query)}


async def add_names(session: AsyncSession, import_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(insert(ImportName), [{"import_id": import_id, **row} for row in rows])


async def add_refusals(session: AsyncSession, import_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(insert(ImportRefusal), [{"import_id": import_id, **row} for row in rows])


async def end(session: AsyncSession, import_id: UUID, state: State, at: datetime) -> None:
    for table in (ImportBlock, ImportName):
        await session.execute(delete(table).where(table.import_id == import_id))
    await change(session, import_id, {"state": state, "ended_at": at})


async def give_up(session: AsyncSession, import_id: UUID) -> None:
    """An import whose body did not come whole."""
    await session.execute(delete(Import).where(Import.id == import_id, Import.state == "open"))


async def stuck(session: AsyncSession, since: datetime, limit: int) -> Sequence[AnyRow]:
    query = select(Import.id, Import.handled_blocks).where(Import.state == "running", Import.moved_at < since)
    return (await session.execute(query.order_by(Import.moved_at).limit(limit))).all()


async def forget(session: AsyncSession, opened_before: datetime, ended_before: datetime) -> None:
    await session.execute(delete(Import).where(Import.state == "open", Import.moved_at < opened_before))
    await session.execute(delete(Import).where(Import.ended_at < ended_before))


async def find(reader: AsyncConnection, import_id: UUID) -> AnyRow | None:
    handled = (Import.created + Import.changed + Import.unchanged + Import.refused).label("handled")
    return (await reader.execute(select(IMPORT, handled).where(Import.id == import_id))).one_or_none()


async def refusals(
    reader: AsyncConnection, import_id: UUID, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    query = select(ImportRefusal.__table__).where(ImportRefusal.import_id == import_id)
    paged = paging.page(query, BY_LINE, ImportRefusal.line.expression, limit, cursor)
    return paging.split((await reader.execute(paged)).all(), BY_LINE, limit)
