"""Resellers, for SQP: the list, and one with its clients and contracts."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.portal.backend import ServiceAway
from gateway.portal.listing import Listing
from gateway.portal.pages.clients import identifier
from gateway.portal.site import Page, Section
from gateway.portal.translations import later
from gateway.portal.visit import side_by_side

section = Section()

COLUMNS = (
    ("name", later("Nom")),
    ("code", later("Code")),
    ("phone", later("Téléphone")),
    ("email", later("Email")),
)
SHOWN = 10


@section.get("/revendeurs")
async def list_resellers(page: Page) -> Response:
    listing = Listing.of(page, "/revendeurs", COLUMNS, default_sort="name", filters={})
    context: dict[str, Any] = {"listing": listing, "found": await page.get("/resellers", **listing.parameters)}
    if page.wants("resellers"):
        return page.fragment("resellers/table.html", **context)
    if page.wants("more"):
        return page.fragment("resellers/rows.html", **context)
    return await page.render("resellers/list.html", **context)


@section.get("/revendeurs/{id}")
async def show_reseller(page: Page) -> Response:
    of = identifier(page)
    reseller, clients, contracts = await side_by_side(
        page.get(f"/resellers/{of}"),
        page.get("/clients", reseller_id=of, limit=SHOWN),
        page.get("/contracts", reseller_id=of, limit=SHOWN),
    )
    if not reseller:
        raise ServiceAway("identity")
    return await page.render("resellers/reseller.html", reseller=reseller, clients=clients, contracts=contracts)
