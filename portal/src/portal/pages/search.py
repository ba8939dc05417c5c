"""One question over everything: the results page, suggestions while typing, and the keyboard palette."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from portal.page import Page
from portal.page_request import gather_or_unavailable, if_allowed
from portal.router import Blueprint
from portal.translations import N_
from web.text.folding import exactly, fold

blueprint = Blueprint()

SERIAL = re.compile(r"[0-9A-Z]{4,60}")
ON_PAGE = 10
IN_LIST = 4

PAGES = (
    ("contracts", "/contrats", N_("Contrats")),
    ("incidents", "/incidents", N_("Incidents")),
    ("clients", "/clients", N_("Clients")),
    ("resellers", "/revendeurs", N_("Revendeurs")),
    ("bell", "/notifications", N_("Notifications")),
    ("settings", "/parametres", N_("Paramètres")),
    ("clients", "/parametres/utilisateurs", N_("Utilisateurs")),
    ("contracts", "/parametres/adresses", N_("Adresses de livraison")),
)
FOR = {"/clients": ("reseller", "sqp"), "/revendeurs": ("sqp",)}


@blueprint.get("/recherche")
async def results(page: Page) -> Response:
    q = asked(page)
    context = {"q": q, **(await _found(page, q, ON_PAGE) if q else {})}
    if page.wants("results"):
        return page.fragment("search/results.html", **context)
    return await page.render("search/page.html", **context)


@blueprint.get("/recherche/suggestions")
async def suggestions(page: Page) -> Response:
    """For the top bar."""
    q = asked(page)
    if page.request.headers.get("hx-request") != "true":
        return page.redirect("/recherche")
    found = await _found(page, q, IN_LIST) if q else {}
    return page.fragment("search/options.html", q=q, pages=[], prefix="finder", **found)


@blueprint.get("/palette")
async def palette(page: Page) -> Response:
    """Pages first, then what the words find."""
    if page.request.headers.get("hx-request") != "true":
        return page.redirect("/recherche")
    q = asked(page)
    found = await _found(page, q, IN_LIST) if q else {}
    return page.fragment("search/options.html", q=q, pages=list(_pages(page, q)), prefix="palette", **found)


def asked(page: Page) -> str:
    return page.query("q")[:200].replace("\0", "")


async def _found(page: Page, q: str, limit: int) -> dict[str, Any]:
    contracts, incidents, clients, resellers, coverage = await gather_or_unavailable(
        page.get("/contracts", q=q, limit=limit),
        page.get("/incidents", q=q, limit=limit),
        if_allowed(page.get("/clients", q=q, limit=limit)),
        _resellers(page, q, limit),
        _coverage(page, q),
    )
    lists = {"contracts": contracts, "incidents": incidents, "clients": clients, "resellers": resellers}
    # Nothing is said of what a service that is away may hold.
    is_nothing = not coverage and all(part is None or (part and not part["total"]) for part in lists.values())
    return {**lists, "coverage": coverage, "is_nothing": is_nothing}


async def _resellers(page: Page, q: str, limit: int) -> Any:
    return await page.get("/resellers", q=q, limit=limit) if page.may("sqp") else None


async def _coverage(page: Page, q: str) -> Any:
    """Whether the equipment with exactly this serial number is covered; None where there is no such equipment."""
    serial = exactly(q)
    if not SERIAL.fullmatch(serial):
        return None
    coverage = await if_allowed(page.get("/coverage", serial=serial))
    return coverage if coverage and coverage["reason"] != "unknown_serial" else None


def _pages(page: Page, q: str) -> Iterator[tuple[str, str, str]]:
    for icon, path, label in PAGES:
        shown = page.gettext(label)
        if page.may(*FOR.get(path, ())) and fold(q) in fold(shown):
            yield icon, path, shown
