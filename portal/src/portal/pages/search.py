"""One question over everything: the results page, suggestions while typing, and the keyboard palette."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import TypedDict

from starlette.responses import Response

from api.contracts import ContractPage
from api.coverage import Coverage
from api.identity.organisations import Client, Organisation
from api.incidents import IncidentPage
from portal.page import Page
from portal.page_request import Away, if_allowed, or_unavailable
from portal.router import Blueprint
from portal.services import contracts, identity, incidents
from portal.translations import N_
from web import schemas
from web.text.folding import exactly, fold

blueprint = Blueprint()

SERIAL = re.compile(r"[0-9A-Z]{4,60}")
ON_PAGE = 10
IN_LIST = 4

PAGES = (
    ("contracts", "/contrats", N_("Contrats")),
    ("incidents", "/incidents", N_("Incidents")),
    ("clients", "/clients", N_("Clients")),
    ("renewals", "/renouvellements", N_("Renouvellements")),
    ("resellers", "/revendeurs", N_("Revendeurs")),
    ("bell", "/notifications", N_("Notifications")),
    ("settings", "/parametres", N_("Paramètres")),
    ("clients", "/parametres/utilisateurs", N_("Utilisateurs")),
    ("contracts", "/parametres/adresses", N_("Adresses de livraison")),
)
FOR = {"/clients": ("reseller", "sqp"), "/renouvellements": ("reseller", "sqp"), "/revendeurs": ("sqp",)}


class Found(TypedDict, total=False):
    """What the words find, part by part: None where the person may not ask. Empty where there are no words."""

    contracts: ContractPage | Away
    incidents: IncidentPage | Away
    clients: schemas.Page[Client] | Away | None
    resellers: schemas.Page[Organisation] | Away | None
    coverage: Coverage | Away | None
    is_nothing: bool


@blueprint.get("/recherche")
async def results(page: Page) -> Response:
    q = asked(page)
    found = await _found(page, q, ON_PAGE)
    if page.wants("results"):
        return page.fragment("search/results.html", q=q, **found)
    return await page.render("search/page.html", q=q, **found)


@blueprint.get("/recherche/suggestions")
async def suggestions(page: Page) -> Response:
    """For the top bar."""
    q = asked(page)
    if page.request.headers.get("hx-request") != "true":
        return page.redirect("/recherche")
    found = await _found(page, q, IN_LIST)
    return page.fragment("search/options.html", q=q, pages=[], prefix="finder", **found)


@blueprint.get("/palette")
async def palette(page: Page) -> Response:
    """Pages first, then what the words find."""
    if page.request.headers.get("hx-request") != "true":
        return page.redirect("/recherche")
    q = asked(page)
    found = await _found(page, q, IN_LIST)
    return page.fragment("search/options.html", q=q, pages=list(_pages(page, q)), prefix="palette", **found)


def asked(page: Page) -> str:
    return page.query("q")[:200].replace("\0", "")


async def _found(page: Page, q: str, limit: int) -> Found:
    if not q:
        return {}
    covers, declared, clients, resellers, coverage = await asyncio.gather(
        or_unavailable(contracts.find(page, q=q, limit=limit)),
        or_unavailable(incidents.find(page, q=q, limit=limit)),
        or_unavailable(if_allowed(identity.clients(page, q=q, limit=limit))),
        or_unavailable(_resellers(page, q, limit)),
        or_unavailable(_coverage(page, q)),
    )
    lists = (covers, declared, clients, resellers)
    return {
        "contracts": covers,
        "incidents": declared,
        "clients": clients,
        "resellers": resellers,
        "coverage": coverage,
        # Nothing is said of what a service that is away may hold.
        "is_nothing": not coverage and all(part is None or (part and not part.total) for part in lists),
    }


async def _resellers(page: Page, q: str, limit: int) -> schemas.Page[Organisation] | None:
    return await identity.resellers(page, q=q, limit=limit) if page.may("sqp") else None


async def _coverage(page: Page, q: str) -> Coverage | None:
    """Whether the equipment with exactly this serial number is covered; None where there is no such equipment."""
    serial = exactly(q)
    if not SERIAL.fullmatch(serial):
        return None
    coverage = await if_allowed(contracts.coverage(page, serial))
    return coverage if coverage and coverage.reason != "unknown_serial" else None


def _pages(page: Page, q: str) -> Iterator[tuple[str, str, str]]:
    for icon, path, label in PAGES:
        shown = page.gettext(label)
        if page.may(*FOR.get(path, ())) and fold(q) in fold(shown):
            yield icon, path, shown
