"""What each constraint of a database is about, in the words of a request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import CheckConstraint, Column, MetaData, Table
from sqlalchemy.sql.schema import ColumnCollectionConstraint


def fields(*metadata: MetaData) -> dict[str, list[str]]:
    """The columns by the constraint's name, unique indexes included. In the place of a column that the database
    computes stands what it is computed from."""
    return {
        name: _columns(table, text)
        for each in metadata
        for table in each.tables.values()
        for name, text in _constraints(table)
    }


def _constraints(table: Table) -> Iterator[tuple[str, str]]:
    """Name, and the text in which its columns stand."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            yield str(constraint.name), str(constraint.sqltext)
        elif isinstance(constraint, ColumnCollectionConstraint):
            yield str(constraint.name), _joined(column.name for column in constraint.columns)
    for index in table.indexes:
        yield str(index.name), _joined(str(expression) for expression in index.expressions)


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _columns(table: Table, text: str) -> list[str]:
    named = [column for column in table.columns if re.search(rf"\b{column.name}\b", text)]
    found = [name for column in named for name in _sources(table, column)]
    return list(dict.fromkeys(found))


def _sources(table: Table, column: Column[object]) -> list[str]:
    return _columns(table, str(column.computed.sqltext)) if column.computed is not None else [column.name]
