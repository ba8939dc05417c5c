"""The list of contracts."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from gateway.portal.listing import Listing
from gateway.portal.pages import narrowing
from gateway.portal.site import Page, Section
from gateway.portal.translations import later
from gateway.portal.visit import side_by_side

section = Section()

COLUMNS = (
    ("number", later("#")),
    ("product_reference", later("Référence produit")),
    ("serial_number", later("N° de série")),
    ("client", later("Client")),
    ("warranty_ends_on", later("Fin de garantie")),
    ("extensions", later("Extensions")),
)
VALIDITIES = ("active", "expiring", "expired")


@section.get("/contrats")
async def list_contracts(page: Page) -> Response:
    listing = _listing(page)
    found, [reseller] = await asyncio.gather(
        page.get("/contracts", **listing.parameters), side_by_side(narrowing.reseller(page))
    )
    context: dict[str, Any] = {"listing": listing, "found": found, "export": _export(listing), "reseller": reseller}
    if page.wants("contracts"):
        return page.fragment("contracts/table.html", **context)
    if page.wants("more"):
        return page.fragment("contracts/rows.html", **context)
    return await page.render("contracts/list.html", **context)


@section.get("/contrats.csv")
async def export_contracts(page: Page) -> Response:
    """The list as it is filtered and sorted, whole."""
    lines = await page.streamed("/contracts", accept="text/csv", **_exported(_listing(page)))
    headers = {"Content-Disposition": 'attachment; filename="contrats.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _listing(page: Page) -> Listing:
    filters = {"validity": VALIDITIES, "reseller_id": narrowing.asked(page)}
    return Listing.of(page, "/contrats", COLUMNS, default_sort="-number", filters=filters)


def _export(listing: Listing) -> str:
    return f"/contrats.csv?{urlencode(_exported(listing))}"


def _exported(listing: Listing) -> dict[str, str]:
    """What narrows and orders the list, without its place."""
    return {name: value for name, value in listing.parameters.items() if name not in ("limit", "cursor") and value}
