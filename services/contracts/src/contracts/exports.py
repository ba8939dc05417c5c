"""The list of contracts as CSV: streamed, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

from fastapi.responses import StreamingResponse

from chassis.database import Database
from chassis.http.paging import Sort
from chassis.i18n import Language, text
from chassis.sql import AnyRow, AnySelect
from contracts import queries

HEADINGS = (
    text("N° de contrat", "Contract no."),
    text("Référence produit", "Product reference"),
    text("N° de série", "Serial number"),
    text("Client", "Client"),
    text("Fin de garantie", "End of warranty"),
    text("Extensions", "Extensions"),
)
# A cell that begins so would be run as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_response(database: Database, wanted: queries.Wanted, sort: Sort, language: Language) -> StreamingResponse:
    key = sort.column.desc() if sort.descending else sort.column.asc()
    query = queries.listing(wanted.shape)
    ordered = query.order_by(key.nulls_last(), query.selected_columns.number).params(wanted.values)
    headers = {"Content-Disposition": 'attachment; filename="contrats.csv"'}
    return StreamingResponse(_lines(database, ordered, language), media_type="text/csv; charset=utf-8", headers=headers)


async def _lines(database: Database, query: AnySelect, language: Language) -> AsyncIterator[str]:
    # The byte order mark tells spreadsheets that this is UTF-8.
    yield "\ufeff" + _line([heading[language] for heading in HEADINGS])
    async with database.engine.connect() as connection, connection.stream(query) as rows:
        async for row in rows:
            yield _line(_cells(row))


def _cells(row: AnyRow) -> list[str]:
    values = (row.number, row.product_reference, row.serial_number, row.client_name or "")
    return [*map(_inert, values), f"{row.warranty_ends_on:%d/%m/%Y}", str(row.extension_count)]


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerow(cells)
    return buffer.getvalue()
