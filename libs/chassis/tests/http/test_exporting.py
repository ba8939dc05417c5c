"""A list as a file: every cell reaches the reader of a spreadsheet as it is, whatever it looks like."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import Request
from openpyxl import load_workbook
from sqlalchemy import func, literal, select

from chassis.http import exporting
from chassis.http.exporting import Column, inert
from devkit.harness import Harness
from web.i18n import text

ODD = ["0012345", "=1+1", "https://sqp.example", "1640E12", "é œ 👍", " ", "x" * 200]
COLUMNS = [
    Column(text("Valeur", "Value"), lambda row: row.value),
    Column(text("Rang", "Rank"), lambda row: row.rank),
    Column(text("Jour", "Day"), lambda row: date(2023, 12, 9)),
    Column(text("Moment", "Moment"), lambda row: datetime(2023, 7, 9, 23, 30, tzinfo=UTC)),
    Column(text("État", "State"), lambda row: text("Ouvert", "Open")),
    Column(text("Rien", "Nothing"), lambda row: None),
]


def asked(harness: Harness, language: str = "fr") -> Request:
    headers = [(b"accept-language", language.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "app": harness.app, "state": {}})


async def export(harness: Harness, ending: Any, query: Any, language: str = "fr") -> tuple[Any, bytes]:
    answer = await exporting.response(asked(harness, language), ending, text("Liste", "List"), COLUMNS, query)
    pieces = [piece async for piece in answer.body_iterator]
    return answer, b"".join(piece.encode() if isinstance(piece, str) else bytes(piece) for piece in pieces)


def odd_rows() -> Any:
    parts = [select(literal(value).label("value"), literal(rank).label("rank")) for rank, value in enumerate(ODD)]
    return parts[0].union_all(*parts[1:]).order_by("rank")


async def test_a_workbook_keeps_strings_numbers_days_and_moments(harness: Harness) -> None:
    answer, content = await export(harness, "xlsx", select(odd_rows().subquery()).order_by("rank"))
    assert answer.headers["content-disposition"] == 'attachment; filename="liste.xlsx"'
    book = load_workbook(io.BytesIO(content))
    sheet = book["Liste"]
    heading, *rows = sheet.iter_rows()
    assert [cell.value for cell in heading] == ["Valeur", "Rang", "Jour", "Moment", "État", "Rien"]
    assert all(cell.font.bold for cell in heading)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:F{len(ODD) + 1}")
    assert [row[0].value for row in rows] == ODD
    assert {(row[0].data_type, row[0].hyperlink) for row in rows} == {("s", None)}
    assert [row[1].value for row in rows] == list(range(len(ODD)))
    # A moment as in Paris, in summer two hours later.
    plain = [cell.value for cell in rows[0][2:]]
    assert plain == [datetime(2023, 12, 9), datetime(2023, 7, 10, 1, 30), "Ouvert", None]
    assert [cell.number_format for cell in rows[0][2:4]] == ["dd/mm/yyyy", "dd/mm/yyyy hh:mm"]


async def test_a_csv_says_the_same_in_text(harness: Harness) -> None:
    answer, content = await export(harness, "csv", select(odd_rows().subquery()).order_by("rank"), "en")
    assert answer.headers["content-disposition"] == 'attachment; filename="list.csv"'
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Value;Rank;Day;Moment;State;Nothing"
    assert lines[2] == "'=1+1;1;09/12/2023;10/07/2023 01:30;Open;"


async def test_a_workbook_is_bounded_and_a_csv_is_not(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MAX_ROWS", 1000)

    def rows(count: int) -> Any:
        series = func.generate_series(1, count).column_valued("rank")
        return select(literal("a").label("value"), series)

    _, content = await export(harness, "xlsx", rows(1000))
    assert load_workbook(io.BytesIO(content))["Liste"].max_row == 1001
    with pytest.raises(exporting.TooManyRows):
        await export(harness, "xlsx", rows(1001))
    _, content = await export(harness, "csv", rows(1001))
    assert len(content.splitlines()) == 1002


async def test_an_empty_list_is_a_heading(harness: Harness) -> None:
    nothing = select(literal("a").label("value"), literal(1).label("rank")).where(literal(False))
    _, content = await export(harness, "xlsx", nothing)
    assert load_workbook(io.BytesIO(content))["Liste"].max_row == 1


@pytest.mark.parametrize(
    "value",
    [
        *("0012345", "1640E12", "1640e12", "190824000123456789", "1-2", "03/04/2021", "3.4", "2021-04"),
        *("DEC10", "SEPT2", "MARCH1", "5-mars", "12:30", "8:05:30 PM", "10%", "1,5", "1 000", "1\u202f000", "(5)"),
        *("TRUE", "vrai", "Déc. 10", "3 août 2026", "12 €", "$5", "1.234,50"),
        *("=1+1", "+33", "-1", "@SUM(A1)", "\n=1+1", "＝1+1", "＠SUM(A1)"),
    ],
)
def test_what_a_spreadsheet_would_change_is_marked_as_text(value: str) -> None:
    assert inert(value) == f"'{value}"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "29962",
        "TS-131K-1TIW",
        "Q207B17555",
        "1640NCN124600",
        "E12",
        "Client Test",
        "Mars",
        "Décembre Noir 12",
        "VRAIX",
        "12:30:45:10",
        "DS920+",
        "A,5",
    ],
)
def test_what_it_would_leave_stays_bare(value: str) -> None:
    assert inert(value) == value
