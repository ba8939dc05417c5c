"""One page of any of identity's lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, not_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.http import paging
from chassis.http.paging import Sort
from chassis.sql import AnyRow, AnySelect
from web.schemas import Answer, Page

Item = TypeVar("Item", bound=Answer)


async def page_of(
    reader: AsyncConnection,
    query: AnySelect,
    order: Sort,
    tie: ColumnElement[Any],
    limit: int,
    cursor: str | None,
    item: type[Item],
    exact: ColumnElement[bool] | None = None,
) -> Page[Item]:
    """Those for which ``exact`` holds come first."""

    async def fetch(query: AnySelect, limit: int, cursor: str | None) -> Sequence[AnyRow]:
        return (await reader.execute(paging.page(query, order, tie, limit, cursor))).all()

    async def fetch_among(among_exact: bool, limit: int, cursor: str | None) -> Sequence[AnyRow]:
        assert exact is not None
        return await fetch(query.where(exact if among_exact else not_(exact)), limit, cursor)

    if exact is None:
        shown, following = paging.split(await fetch(query, limit, cursor), order, limit)
    else:
        shown, following = await paging.exact_first(fetch_among, order, limit, cursor)
    total, total_is = await paging.count(reader, query)
    items = [item.model_validate(row) for row in shown]
    return Page[Item](items=items, total=total, total_is=total_is, next=following)
