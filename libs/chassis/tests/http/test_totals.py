"""Totals count the rows of the query's own tables, even where no condition names one."""

from __future__ import annotations

from sqlalchemy import column, select, table, true

from chassis.http.paging import _counted
from chassis.sql import AnySelect


def test_a_query_without_condition_still_counts_its_table() -> None:
    everything: AnySelect = select(column("number", _selectable=table("things", column("number")))).where(true())
    assert "FROM things" in str(_counted(everything))
