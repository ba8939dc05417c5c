"""Resellers, for SQP: the list, and one with its clients and contracts."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from portal.api_client import ServiceUnavailable
from portal.listing import Listing
from portal.page import Page
from portal.page_request import gather_or_unavailable
from portal.pages.clients import MAX_CHOICES, identifier
from portal.router import Blueprint
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
    context: dict[str, Any] = {"listing": listing, "found": await page.get("/resellers", **listing.parameters)}
    if page.wants("resellers"):
        return page.fragment("resellers/table.html", **context)
    if page.wants("more"):
        return page.fragment("resellers/rows.html", **context)
    return await page.render("resellers/list.html", **context)


@blueprint.get("/revendeurs/{id}")
async def show_reseller(page: Page) -> Response:
    of = identifier(page)
    reseller, clients, contracts, people = await gather_or_unavailable(
        page.get(f"/resellers/{of}"),
        page.get("/clients", reseller_id=of, limit=SHOWN),
        page.get("/contracts", reseller_id=of, limit=SHOWN),
        page.get(f"/resellers/{of}/users", limit=MAX_CHOICES),
    )
    if not reseller:
        raise ServiceUnavailable("identity")
    context = {"reseller": reseller, "clients": clients, "contracts": contracts, "people": people}
    return await page.render("resellers/reseller.html", **context)
