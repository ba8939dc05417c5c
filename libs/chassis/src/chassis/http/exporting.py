"""Whole lists as files: CSV that is safe to open in a spreadsheet, and Excel workbooks whose cells keep their types."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Annotated, Any, Final, Literal

from fastapi import Depends, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import func, select
from xlsxwriter import Workbook

from chassis import audit
from chassis.database import Database
from chassis.http.export_limits import Exports
from chassis.sql import AnyRow, AnySelect
from web.auth.rules import authenticate
from web.clock import PARIS
from web.errors import Problem
from web.i18n import Language, Text, negotiate, text
from web.text.days import MONTHS
from web.text.folding import fold

Format = Literal["csv", "xlsx"]
MEDIA_TYPES: Final[dict[Format, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# For a route's ``responses``.
DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}}
}
# A workbook of so many rows takes two seconds and 25 MB of the folder for temporary files, which holds 64 MB.
MAX_ROWS: Final = 20_000
BATCH: Final = 500
CHUNK: Final = 64 * 1024
WIDEST: Final = 60

# A cell that begins so would be run as a formula; the full-width signs are the plain ones to some spreadsheets.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_MONTH = "|".join(
    sorted(
        {
            fold(name).rstrip(".")[:length]
            for names in MONTHS.values()
            for name in names
            for length in (3, 4, len(name))
        },
        key=len,
        reverse=True,
    )
)
# 0012345, 1640E12, 190824000123456789, 1-2, 3/4/21, DEC10, 5-mars, 12:30, 10 %, 1,5, 1 000, (5), VRAI: each would come
# back as something else. Read folded.
REREAD = re.compile(
    r"0[0-9]+|[0-9]+e[0-9]+|[0-9]{16,}|[0-9]{1,4}[-/.][0-9]{1,4}([-/.][0-9]{1,4})?"
    rf"|({_MONTH})[-/. ]*[0-9]{{1,4}}|[0-9]{{1,4}}[-/. ]*({_MONTH})([-/. ]*[0-9]{{1,4}})?"
    r"|[0-9]{1,4}(:[0-9]{1,2}){1,2}( ?[ap]m?)?|[0-9]+,[0-9]+|[0-9]{1,3}([ ,.][0-9]{3})+([.,][0-9]+)?"
    r"|[$€£]? ?[0-9][0-9., ]* ?[%$€£]|[$€£] ?[0-9][0-9., ]*|\([0-9][0-9., ]*\)|true|false|vrai|faux"
)

Cell = str | int | date | datetime | None


class TooManyRows(Problem):
    status = 422
    code = "too_many_rows"
    message = text(
        "Un classeur Excel contient ici au plus 20 000 lignes : filtrez la liste, ou exportez-la en CSV.",
        "An Excel workbook holds at most 20,000 rows here: filter the list, or export it as CSV.",
    )


async def _place(request: Request) -> AsyncIterator[None]:
    if asked(request) is None:
        yield
        return
    exports: Exports = request.app.state.exports
    with exports.one((await authenticate(request)).subject):
        yield


# Held until the answer has been sent. A route names it before its Reader: a refusal must not wait for the database.
Place = Annotated[None, Depends(_place, scope="request")]


@dataclass(frozen=True)
class Column:
    """``cell`` reads a row; a moment is shown as in Paris, a text in the caller's language."""

    heading: Text
    cell: Callable[[AnyRow], Cell | Text]

    def title(self, language: Language) -> str:
        """With plain spaces: programs read a column by its name."""
        return self.heading[language].replace("\u00a0", " ")


def asked(request: Request) -> Format | None:
    """The file that ``Accept`` prefers to a page of the list."""
    accept = request.headers.get("accept", "")
    return next((ending for ending, media_type in MEDIA_TYPES.items() if accept.startswith(media_type)), None)


async def response(
    request: Request, ending: Format, name: Text, columns: Sequence[Column], query: AnySelect
) -> StreamingResponse:
    """All rows of ``query``, under ``name``; the export goes on record. Raises TooManyRows for a workbook."""
    database: Database = request.app.state.database
    language = negotiate(request.headers.get("accept-language"))
    audit.note(request, ending)
    if ending == "csv":
        body = _csv(database, columns, query, language)
    else:
        body = _pieces(await _workbook(database, name, columns, query, language))
    headers = {"Content-Disposition": f'attachment; filename="{name[language].lower()}.{ending}"'}
    media_type = f"{MEDIA_TYPES[ending]}; charset=utf-8" if ending == "csv" else MEDIA_TYPES[ending]
    return StreamingResponse(body, media_type=media_type, headers=headers)


async def _csv(
    database: Database, columns: Sequence[Column], query: AnySelect, language: Language
) -> AsyncIterator[bytes | str]:
    # The byte order mark tells spreadsheets that this is UTF-8.
    yield "\ufeff" + _line([column.title(language) for column in columns])
    async with database.engine.connect() as connection, connection.stream(query) as rows:
        async for row in rows:
            yield _line([_written(cell) for cell in _cells(row, columns, language)])


def _written(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return inert(cell) if isinstance(cell, str) else "" if cell is None else str(cell)


def inert(value: str) -> str:
    """A cell that a spreadsheet neither computes nor reads as another number or a day."""
    return f"'{value}" if value.startswith(FORMULA) or REREAD.fullmatch(fold(value)) else value


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerow(cells)
    return buffer.getvalue()


def _cells(row: AnyRow, columns: Sequence[Column], language: Language) -> list[Cell]:
    return [_plain(column.cell(row), language) for column in columns]


def _plain(cell: Cell | Text, language: Language) -> Cell:
    if isinstance(cell, Mapping):
        return cell[language]
    # Spreadsheets know no zones.
    return cell.astimezone(PARIS).replace(tzinfo=None) if isinstance(cell, datetime) else cell


async def _workbook(
    database: Database, name: Text, columns: Sequence[Column], query: AnySelect, language: Language
) -> IO[bytes]:
    """The file at its beginning, without a name: it is gone once closed. The event loop only fetches the rows."""
    async with database.engine.connect() as connection:
        counted = select(func.count()).select_from(query.order_by(None).limit(MAX_ROWS + 1).subquery())
        if (await connection.execute(counted)).scalar_one() > MAX_ROWS:
            raise TooManyRows
        file = TemporaryFile()  # noqa: SIM115
        with TemporaryDirectory() as scratch:
            sheet = _Sheet(file, scratch, name[language], [column.title(language) for column in columns])
            async with connection.stream(query.limit(MAX_ROWS)) as rows:
                async for batch in rows.partitions(BATCH):
                    await asyncio.to_thread(sheet.write, [_cells(row, columns, language) for row in batch])
            await asyncio.to_thread(sheet.close)
    file.seek(0)
    return file


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes | str]:
    with file:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece


class _Sheet:
    """A workbook of one sheet that keeps no row in memory; strings stay strings, whatever they look like."""

    def __init__(self, file: IO[bytes], scratch: str, name: str, headings: list[str]) -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = Workbook(file, {"constant_memory": True, "tmpdir": scratch, **options})
        self._sheet = self._book.add_worksheet(name)
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy"})
        self._moment = self._book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, headings, self._book.add_format({"bold": True}))
        self._widths = [len(heading) for heading in headings]
        self._rows = 0

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        for cells in rows:
            self._rows += 1
            for column, cell in enumerate(cells):
                self._put(self._rows, column, cell)

    def close(self) -> None:
        # Room for the button of the filter.
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, min(width, WIDEST) + 3)
        self._sheet.autofilter(0, 0, self._rows, len(self._widths) - 1)
        self._book.close()

    def _put(self, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, date):
            moment = isinstance(cell, datetime)
            self._sheet.write_datetime(row, column, cell, self._moment if moment else self._day)
            self._widths[column] = max(self._widths[column], 16 if moment else 10)
        elif isinstance(cell, int):
            self._sheet.write_number(row, column, cell)
        elif cell:
            self._sheet.write_string(row, column, cell)
            self._widths[column] = max(self._widths[column], len(cell))
