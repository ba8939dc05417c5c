"""The list of contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.responses import Response

from portal.listing import Listing
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages import exporting, list_page, own_views, reseller_filter
from portal.router import Blueprint
from portal.services import contracts
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
    found, reseller, kept = await asyncio.gather(
        contracts.find(page, **listing.parameters),
        or_unavailable(reseller_filter.reseller(page)),
        own_views.kept(page, "contracts"),
    )
    return await list_page.show(
        page,
        "contracts",
        listing=listing.without_columns(kept.hidden),
        found=found,
        reseller=reseller,
        own=own_views.of(listing, kept),
        columns=listing.titles[1:],
    )


def columns(page: Page) -> Sequence[tuple[str, str]]:
    """All that the person may be shown."""
    return COLUMNS_WITH_RESELLER if page.may("sqp") else COLUMNS if page.may("reseller") else COLUMNS_OF_CLIENT


def _listing(page: Page) -> Listing:
    filters = {"validity": VALIDITIES, "reseller_id": reseller_filter.asked(page)}
    return Listing.of(page, "/contrats", columns(page), default_sort="-number", filters=filters)


exporting.offer(blueprint, "/contrats", "/contracts", _listing)
