"""One question over everything: the results page, suggestions while typing, and the keyboard palette."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from gateway.portal.formats import plain
from gateway.portal.site import Page, Section
from gateway.portal.translations import later
from gateway.portal.visit import if_allowed, side_by_side

section = Section()

SERIAL = re.compile(r"[0-9A-Za-z._/-]{4,60}")
ON_PAGE = 10
IN_LIST = 4

PAGES = (
    ("contracts", "/contrats", later("Contrats")),
    ("incidents", "/incidents", later("Incidents")),
    ("clients", "/clients", later("Clients")),
    ("resellers", "/revendeurs", later("Revendeurs")),
    ("bell", "/notifications", later("Notifications")),
    ("settings", "/parametres", later("Paramètres")),
    ("clients", "/parametres/utilisateurs", later("Utilisateurs")),
    ("contracts", "/parametres/adresses", later("Adresses de livraison")),
)
FOR = {"/clients": ("reseller", "sqp"), "/revendeurs": ("sqp",)}


@section.get("/recherche")
async def results(page: Page) -> Response:
    q = asked(page)
    context = {"q": q, **(await _found(page, q, ON_PAGE) if q else {})}
    if page.wants("results"):
        return page.fragment("search/results.html", **context)
    return await page.render("search/page.html", **context)


@section.get("/recherche/suggestions")
async def suggestions(page: Page) -> Response:
    """For the top bar."""
    q = asked(page)
    if page.request.headers.get("hx-request") != "true":
        return page.redirect("/recherche")
    found = await _found(page, q, IN_LIST) if q else {}
    return page.fragment("search/options.html", q=q, pages=[], prefix="finder", **found)


@section.get("/palette")
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
    contracts, incidents, clients, coverage = await side_by_side(
        page.get("/contracts", q=q, limit=limit),
        page.get("/incidents", q=q, limit=limit),
        if_allowed(page.get("/clients", q=q, limit=limit)),
        _coverage(page, q),
    )
    return {"contracts": contracts, "incidents": incidents, "clients": clients, "coverage": coverage}


async def _coverage(page: Page, q: str) -> Any:
    """Whether the equipment with exactly this serial number is covered; None where there is no such equipment."""
    if not SERIAL.fullmatch(q):
        return None
    coverage = await if_allowed(page.get("/coverage", serial=q))
    return coverage if coverage and coverage["reason"] != "unknown_serial" else None


def _pages(page: Page, q: str) -> Iterator[tuple[str, str, str]]:
    for icon, path, label in PAGES:
        shown = page.gettext(label)
        if page.may(*FOR.get(path, ())) and plain(q) in plain(shown):
            yield icon, path, shown
