"""Keyset pages: sort on a column, ties broken by a unique one, empty values last, no row twice and none skipped."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.sql import AnyRow, AnySelect
from web.errors import MalformedInput
from web.i18n import Text, text

EXACT_TOTAL = 10_000
MAX_LIMIT = 200

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=1000)]
Search = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, eq=False)
class Sort:
    """A parsed ``sort`` parameter: ``-warranty_ends_on`` is that column, descending. Equal sorts are equal keys."""

    name: str
    column: ColumnElement[Any]
    descending: bool

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sort) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, int, bool]:
        # Comparing columns would make SQL of it.
        return self.name, id(self.column), self.descending

    @classmethod
    def parse(cls, value: str, columns: Mapping[str, ColumnElement[Any]]) -> Sort:
        name = value.removeprefix("-")
        if name not in columns:
            names = ", ".join(columns)
            raise malformed(
                "sort",
                text(
                    f"Tris possibles : {names} (avec - pour décroissant).", f"Sorts: {names} (with - for descending)."
                ),
            )
        return cls(name, columns[name], value.startswith("-"))


def malformed(field: str, message: Text) -> MalformedInput:
    return MalformedInput(errors=[{"field": field, "message": message, "type": "value_error"}])


def page(query: AnySelect, sort: Sort, tie: ColumnElement[Any], limit: int, cursor: str | None) -> AnySelect:
    """The rows after ``cursor`` in order, one more than ``limit`` to tell whether a page follows."""
    after = _after(sort, tie, *_decode(cursor, sort, tie)) if cursor else None
    if after is not None:
        query = query.where(after)
    return ordered(query.add_columns(sort.column.label("_key"), tie.label("_tie")), sort, tie).limit(limit + 1)


def ordered(query: AnySelect, sort: Sort, tie: ColumnElement[Any]) -> AnySelect:
    key = sort.column.desc() if sort.descending else sort.column.asc()
    last = tie.desc() if sort.descending else tie.asc()
    # Said of what is never empty, it would keep an index from being read backwards.
    return query.order_by(key.nulls_last() if _nullable(sort.column) else key, last)


def split(rows: Sequence[AnyRow], sort: Sort, limit: int) -> tuple[Sequence[AnyRow], str | None]:
    """The rows of this page and the cursor of the next."""
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], _encode(sort, last._mapping["_key"], last._mapping["_tie"])


# Begins the cursor of a page that ends among the exact rows.
EXACT = "~"
Fetch = Callable[[bool, int, str | None], Awaitable[Sequence[AnyRow]]]


async def exact_first(fetch: Fetch, sort: Sort, limit: int, cursor: str | None) -> tuple[Sequence[AnyRow], str | None]:
    """The rows that are exactly what was searched, then the others, both in the order of ``sort``; as :func:`split`.

    ``fetch(exact, limit, cursor)`` runs :func:`page` over the rows of one of the two kinds.
    """
    among_exact = cursor is None or cursor.startswith(EXACT)
    last_exact = cursor.removeprefix(EXACT) if cursor and among_exact else None
    exact = await fetch(True, limit, last_exact) if among_exact else []
    room = max(limit - len(exact), 0)
    others = await fetch(False, room, None if among_exact else cursor) if len(exact) <= limit else []
    shown, following = split([*exact, *others], sort, limit)
    return shown, EXACT + following if following and limit <= len(exact) else following


async def counts(reader: AsyncConnection, queries: Mapping[str, AnySelect], most: int = EXACT_TOTAL) -> dict[str, int]:
    """How many rows each query has, counted no further than ``most`` and one, in one round trip."""
    row = (await reader.execute(counting(queries, most))).one()
    return dict(row._mapping)


def counting(queries: Mapping[str, AnySelect], most: int = EXACT_TOTAL) -> AnySelect:
    """One statement with one column per query."""
    return select(*(_counted(query, most).label(name) for name, query in queries.items()))


def total(counted: int, most: int = EXACT_TOTAL) -> tuple[int, Literal["exact", "at_least"]]:
    return (most, "at_least") if counted > most else (counted, "exact")


async def count(reader: AsyncConnection, query: AnySelect) -> tuple[int, Literal["exact", "at_least"]]:
    """The total of one query."""
    return total((await counts(reader, {"total": query}))["total"])


def _counted(query: AnySelect, most: int = EXACT_TOTAL) -> ScalarSelect[int]:
    limited = query.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(most + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()


def _after(sort: Sort, tie: ColumnElement[Any], key: Any, last: Any) -> ColumnElement[bool]:
    column = sort.column
    typed_last = cast(literal(last), tie.type)
    if key is None:
        return and_(column.is_(None), tie < typed_last if sort.descending else tie > typed_last)
    here = tuple_(column, tie)
    there = tuple_(cast(literal(key), column.type), typed_last)
    # Compared as a row, which an index answers wherever the page begins.
    after = here < there if sort.descending else here > there
    return or_(after, column.is_(None)) if _nullable(column) else after


def _nullable(column: ColumnElement[Any]) -> bool:
    return bool(getattr(column, "nullable", True))


def _encode(sort: Sort, key: Any, tie: Any) -> str:
    payload = json.dumps([sort.name, sort.descending, _plain(key), _plain(tie)])
    return base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")


def _decode(cursor: str, sort: Sort, tie: ColumnElement[Any]) -> tuple[Any, Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, descending, key, last = json.loads(base64.urlsafe_b64decode(padded))
        if name != sort.name or descending != sort.descending:
            raise ValueError("a cursor of another order")
        return None if key is None else _typed(key, sort.column), _typed(last, tie)
    except (ValueError, TypeError, RecursionError) as error:
        expected = text("Donnez le next d’une page du même tri.", "Give the next of a page with the same sort.")
        raise malformed("cursor", expected) from error


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _typed(value: Any, column: ColumnElement[Any]) -> Any:
    """The value as ``column`` holds it. Raises here on what PostgreSQL would refuse, or compare with another type."""
    python = column.type.python_type
    if python in PARSERS:
        value = PARSERS[python](_text(value))
    elif python is str:
        _text(value)
    elif type(value) is not python:
        raise ValueError("another type")
    if python is int and abs(value) >= 2 ** (63 if isinstance(column.type, BigInteger) else 31):
        raise ValueError("out of range")
    return value


PARSERS: dict[type, Callable[[str], Any]] = {
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    UUID: UUID,
}


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("no text")
    value.encode()
    return value
