"""One page of any of identity's lists."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.http import paging
from chassis.http.paging import Page, Sort
from chassis.schemas import Answer
from chassis.sql import AnySelect

Item = TypeVar("Item", bound=Answer)


async def page_of(
    reader: AsyncConnection,
    query: AnySelect,
    order: Sort,
    tie: ColumnElement[Any],
    limit: int,
    cursor: str | None,
    item: type[Item],
) -> Page[Item]:
    rows = (await reader.execute(paging.page(query, order, tie, limit, cursor))).all()
    shown, following = paging.split(rows, order, limit)
    total, total_is = await paging.count(reader, query)
    items = [item.model_validate(row) for row in shown]
    return Page[Item](items=items, total=total, total_is=total_is, next=following)
