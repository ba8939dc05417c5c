"""The list of contracts."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from portal.listing import Listing
from portal.page import Page
from portal.page_request import gather_or_unavailable
from portal.pages import exporting, reseller_filter
from portal.router import Blueprint
from portal.translations import N_

blueprint = Blueprint()

COLUMNS = (
    ("number", N_("#")),
    ("product_reference", N_("Référence produit")),
    ("serial_number", N_("N° de série")),
    ("client", N_("Client")),
    ("warranty_ends_on", N_("Fin de garantie")),
    ("extensions", N_("Extensions")),
)
# For SQP, whose lists are of every reseller.
COLUMNS_WITH_RESELLER = (*COLUMNS[:4], ("reseller", N_("Revendeur")), *COLUMNS[4:])
# For a client, whose contracts are all its own.
COLUMNS_OF_CLIENT = tuple(column for column in COLUMNS if column[0] != "client")
VALIDITIES = ("active", "expiring", "expired")


@blueprint.get("/contrats")
async def list_contracts(page: Page) -> Response:
    listing = _listing(page)
    found, [reseller] = await asyncio.gather(
        page.get("/contracts", **listing.parameters), gather_or_unavailable(reseller_filter.reseller(page))
    )
    context: dict[str, Any] = {"listing": listing, "found": found, "reseller": reseller}
    if page.wants("contracts"):
        return page.fragment("contracts/table.html", **context)
    if page.wants("more"):
        return page.fragment("contracts/rows.html", **context)
    return await page.render("contracts/list.html", **context)


def _listing(page: Page) -> Listing:
    filters = {"validity": VALIDITIES, "reseller_id": reseller_filter.asked(page)}
    columns = COLUMNS_WITH_RESELLER if page.may("sqp") else COLUMNS if page.may("reseller") else COLUMNS_OF_CLIENT
    return Listing.of(page, "/contrats", columns, default_sort="-number", filters=filters)


exporting.offer(blueprint, "/contrats", "/contracts", _listing)
