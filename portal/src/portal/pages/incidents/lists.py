"""The list of incidents."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from portal import notices
from portal.api_client import ApiRefused
from portal.identifiers import filtered
from portal.listing import Listing
from portal.page import Page
from portal.page_request import if_allowed, or_unavailable
from portal.pages import exporting, list_page, own_views, reseller_filter
from portal.pages.incidents import narrowing
from portal.pages.incidents.base import blueprint
from portal.services import contracts, incidents
from portal.translations import N_

COLUMNS = (
    ("number", N_("#")),
    ("title", N_("Intitulé")),
    ("product_reference", N_("Référence produit")),
    ("client", N_("Client")),
    ("status", N_("État")),
)
# For a client, whose incidents are all its own.
COLUMNS_OF_CLIENT = tuple(column for column in COLUMNS if column[0] != "client")

ON_PAGE = 25


@blueprint.get("/incidents/declarer")
async def choose_contract(page: Page) -> Response:
    """Where a declaration begins: the contract, found by whatever of it is at hand."""
    if not page.may(write=True):
        raise ApiRefused(404, {})
    q = page.query("q")[:200]
    of = {name: value for name in ("reseller_id", "client_id") for value in filtered(page, name)}
    found, reseller = await asyncio.gather(
        contracts.find(page, q=q, validity="active", limit=ON_PAGE, **of), reseller_filter.reseller(page)
    )
    return await page.render("incidents/choose.html", q=q, found=found, of=of, reseller=reseller)


@blueprint.get("/incidents")
async def list_incidents(page: Page) -> Response:
    listing = _listing(page)
    found, reseller, kept = await asyncio.gather(
        incidents.find(page, **listing.parameters),
        or_unavailable(if_allowed(reseller_filter.reseller(page))),
        own_views.kept(page, "incidents"),
    )
    unread = await notices.unread(page, [incident.number for incident in found.items])
    chips = narrowing.chips(page, listing, reseller or None)
    own = own_views.of(listing, kept)
    return await list_page.show(page, "incidents", listing=listing, found=found, news=unread, chips=chips, own=own)


def _listing(page: Page) -> Listing:
    filters = {"open": ("true", "false"), **narrowing.filters(page)}
    columns = COLUMNS_OF_CLIENT if page.may("client") else COLUMNS
    return Listing.of(page, "/incidents", columns, default_sort="-number", filters=filters)


exporting.offer(blueprint, "/incidents", "/incidents", _listing)
