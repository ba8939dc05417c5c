"""The list of contracts, and one contract."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from gateway.portal.listing import Listing
from gateway.portal.site import Page, Section
from gateway.portal.translations import later

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
    listing = Listing.of(page, "/contrats", COLUMNS, default_sort="-number", filters={"validity": VALIDITIES})
    found = await page.get("/contracts", **listing.parameters)
    context: dict[str, Any] = {"listing": listing, "found": found, "export": _export(listing)}
    if page.wants("contracts"):
        return page.fragment("contracts/table.html", **context)
    if page.wants("more"):
        return page.fragment("contracts/rows.html", **context)
    return await page.render("contracts/list.html", **context)


def _export(listing: Listing) -> str:
    """The same list as a file, through the API with the session's cookie."""
    wanted = {name: value for name, value in listing.parameters.items() if name not in ("limit", "cursor") and value}
    return f"/contrats.csv?{urlencode(wanted)}"
