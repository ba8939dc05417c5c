"""Resellers, for SQP: the list, and one with its clients and contracts."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from portal.identifiers import identifier
from portal.listing import Listing
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages import list_page
from portal.router import Blueprint
from portal.services import contracts, identity
from portal.translations import N_

blueprint = Blueprint()

COLUMNS = (
    ("name", N_("Nom")),
    ("code", N_("Code")),
    ("phone", N_("Téléphone")),
    ("email", N_("E-mail")),
)
SHOWN = 10


@blueprint.get("/revendeurs")
async def list_resellers(page: Page) -> Response:
    listing = Listing.of(page, "/revendeurs", COLUMNS, default_sort="name", filters={})
    found = await identity.resellers(page, **listing.parameters)
    return await list_page.show(page, "resellers", listing=listing, found=found)


@blueprint.get("/revendeurs/{id}")
async def show_reseller(page: Page) -> Response:
    of = identifier(page)
    reseller, clients, sold, people = await asyncio.gather(
        identity.reseller(page, of),
        or_unavailable(identity.clients(page, reseller_id=of, limit=SHOWN)),
        or_unavailable(contracts.find(page, reseller_id=of, limit=SHOWN)),
        or_unavailable(identity.people(page, "resellers", of)),
    )
    return await page.render(
        "resellers/reseller.html", reseller=reseller, clients=clients, contracts=sold, people=people
    )
