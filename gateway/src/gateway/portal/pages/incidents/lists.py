"""The list of incidents."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.portal.listing import Listing
from gateway.portal.pages.incidents.base import section
from gateway.portal.site import Page
from gateway.portal.translations import later

COLUMNS = (
    ("number", later("#")),
    ("title", later("Intitulé")),
    ("product_reference", later("Référence produit")),
    ("client", later("Client")),
    ("status", later("État")),
)


@section.get("/incidents")
async def list_incidents(page: Page) -> Response:
    filters = {"open": ("true", "false")}
    listing = Listing.of(page, "/incidents", COLUMNS, default_sort="-number", filters=filters)
    found = await page.get("/incidents", **listing.parameters)
    context: dict[str, Any] = {"listing": listing, "found": found}
    if page.wants("incidents"):
        return page.fragment("incidents/table.html", **context)
    if page.wants("more"):
        return page.fragment("incidents/rows.html", **context)
    return await page.render("incidents/list.html", **context)
