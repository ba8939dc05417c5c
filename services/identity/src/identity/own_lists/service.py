"""Views are saved, called otherwise and removed; columns are hidden. All of it is the person's own.

The rule of the route has locked the person's row (docs/decisions/0010): what is counted here stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.identity import own_lists as schemas
from api.identity.own_lists import ListName
from chassis.sql import AnyRow
from identity.own_lists.errors import TooManyViews, ViewNameTaken, ViewNotFound
from identity.own_lists.models import HiddenColumns, ListView
from web.http.preconditions import Precondition

# They stand side by side above the list.
MOST = 20


async def views(reader: AsyncConnection, me: UUID | None, of: ListName) -> Sequence[AnyRow]:
    query = select(ListView.__table__).where(ListView.owner_id == me, ListView.list_name == of)
    return (await reader.execute(query.order_by(ListView.name_key))).all()


async def hidden(reader: AsyncConnection, me: UUID | None, of: ListName) -> list[str]:
    query = select(HiddenColumns.columns).where(HiddenColumns.user_id == me, HiddenColumns.list_name == of)
    return list(await reader.scalar(query) or ())


async def view(reader: AsyncConnection, me: UUID | None, of: ListName, identifier: UUID) -> AnyRow:
    """Raises ViewNotFound."""
    found = next((row for row in await views(reader, me, of) if row.id == identifier), None)
    if found is None:
        raise ViewNotFound
    return found


async def save(session: AsyncSession, me: UUID | None, of: ListName, wanted: schemas.ListViewCreate) -> ListView:
    """Raises ViewNameTaken, TooManyViews."""
    assert me is not None, "the route lets people in only"
    mine = select(func.count()).where(ListView.owner_id == me, ListView.list_name == of)
    if (await session.scalar(mine) or 0) >= MOST:
        raise TooManyViews(most=MOST)
    saved = ListView(owner_id=me, list_name=of, query=wanted.query)
    await _call(session, saved, wanted.name)
    session.add(saved)
    await session.flush()
    return saved


async def rename(
    session: AsyncSession, me: UUID | None, of: ListName, identifier: UUID, name: str, precondition: Precondition
) -> ListView:
    """Raises ViewNotFound, ViewNameTaken."""
    found = await _for_change(session, me, of, identifier, precondition)
    await _call(session, found, name)
    found.version += 1
    return found


async def remove(
    session: AsyncSession, me: UUID | None, of: ListName, identifier: UUID, precondition: Precondition
) -> None:
    await session.delete(await _for_change(session, me, of, identifier, precondition))


async def hide(session: AsyncSession, me: UUID | None, of: ListName, columns: Sequence[str]) -> None:
    """These and no others; what was said last holds."""
    put = insert(HiddenColumns).values(user_id=me, list_name=of, columns=sorted(set(columns)))
    key = (HiddenColumns.user_id, HiddenColumns.list_name)
    await session.execute(put.on_conflict_do_update(index_elements=key, set_={"columns": put.excluded.columns}))


async def _for_change(
    session: AsyncSession, me: UUID | None, of: ListName, identifier: UUID, precondition: Precondition
) -> ListView:
    query = select(ListView).where(ListView.id == identifier, ListView.owner_id == me, ListView.list_name == of)
    found = await session.scalar(query.with_for_update(key_share=True))
    if found is None:
        raise ViewNotFound
    precondition.check(found.version)
    return found


async def _call(session: AsyncSession, named: ListView, name: str) -> None:
    named.call(name)
    others = select(ListView.id).where(
        ListView.owner_id == named.owner_id,
        ListView.list_name == named.list_name,
        ListView.name_key == named.name_key,
    )
    with session.no_autoflush:
        if await session.scalar(others) not in (None, named.id):
            raise ViewNameTaken(named=name, field="name")
