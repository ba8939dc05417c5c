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
from api.incidents.texts import TextHit, TextPage, TextPart
from events.incidents import Scope
from portal.page import Page
from portal.page_request import UNAVAILABLE, Away, if_allowed, or_unavailable
from portal.pages.incidents.base import path_of
from portal.pages.incidents.threads import MOST
from portal.pages.incidents.threads import TABS as THREAD_TABS
from portal.router import Blueprint
from portal.services import contracts, identity, incidents
from portal.translations import N_
from web import schemas
from web.text.folding import exactly, fold
from web.text.prose import SHORTEST_BEGINNING

blueprint = Blueprint()

SERIAL = re.compile(r"[0-9A-Z]{4,60}")
ON_PAGE = 10
IN_LIST = 4
# Of one part alone, which the address names.
OF_PART = 50
PARTS: dict[str, TextPart] = {"messages": "message", "fichiers": "file"}

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
LABELS: dict[Scope, str] = {
    "declaration": N_("Déclaration"),
    "client": N_("Messagerie"),
    "sqp": N_("Messagerie (SQP)"),
    "internal": N_("Notes internes"),
}
FOR = {"/clients": ("reseller", "sqp"), "/renouvellements": ("reseller", "sqp"), "/revendeurs": ("sqp",)}


class Found(TypedDict, total=False):
    """What the words find, part by part: None where the person may not ask. Empty where there are no words."""

    contracts: ContractPage | Away
    incidents: IncidentPage | Away
    messages: TextPage | Away | None
    files: TextPage | Away | None
    clients: schemas.Page[Client] | Away | None
    resellers: schemas.Page[Organisation] | Away | None
    coverage: Coverage | Away | None
    is_nothing: bool
    away: list[str]


@blueprint.get("/recherche")
async def results(page: Page) -> Response:
    q, part = asked(page), page.query("dans")
    if q and part in PARTS:
        texts = await incidents.texts(page, q, PARTS[part], limit=OF_PART, cursor=page.query("suite"))
        return await page.render("search/texts.html", q=q, part=part, texts=texts, places=Places(page))
    found = await _found(page, q, ON_PAGE)
    if page.wants("results"):
        return page.fragment("search/results.html", q=q, places=Places(page), **found)
    return await page.render("search/page.html", q=q, places=Places(page), **found)


@blueprint.get("/recherche/suggestions")
async def suggestions(page: Page) -> Response:
    """For the top bar."""
    q = asked(page)
    if page.request.headers.get("hx-request") != "true":
        return page.redirect("/recherche")
    found = await _found(page, q, IN_LIST)
    return page.fragment("search/options.html", q=q, pages=[], prefix="finder", places=Places(page), **found)


@blueprint.get("/palette")
async def palette(page: Page) -> Response:
    """Pages first, then what the words find."""
    if page.request.headers.get("hx-request") != "true":
        return page.redirect("/recherche")
    q = asked(page)
    found = await _found(page, q, IN_LIST)
    pages = list(_pages(page, q))
    return page.fragment("search/options.html", q=q, pages=pages, prefix="palette", places=Places(page), **found)


def asked(page: Page) -> str:
    return page.query("q")[:200].replace("\0", "")


async def _found(page: Page, q: str, limit: int) -> Found:
    if not q:
        return {}
    (covers, declared, clients, resellers, coverage), (messages, files) = await asyncio.gather(
        asyncio.gather(
            or_unavailable(contracts.find(page, q=q, limit=limit)),
            or_unavailable(incidents.find(page, q=q, limit=limit)),
            or_unavailable(if_allowed(identity.clients(page, q=q, limit=limit))),
            or_unavailable(_resellers(page, q, limit)),
            or_unavailable(_coverage(page, q)),
        ),
        asyncio.gather(
            or_unavailable(_texts(page, q, "message", limit)), or_unavailable(_texts(page, q, "file", limit))
        ),
    )
    lists = {
        N_("Contrats"): covers,
        N_("Incidents"): declared,
        N_("Messages"): messages,
        N_("Fichiers"): files,
        N_("Clients"): clients,
        N_("Revendeurs"): resellers,
    }
    return {
        "contracts": covers,
        "incidents": declared,
        "messages": messages,
        "files": files,
        "clients": clients,
        "resellers": resellers,
        "coverage": coverage,
        # No results are claimed to be missing while a service does not answer.
        "is_nothing": not coverage and all(part is None or (part and not part.total) for part in lists.values()),
        "away": [page.gettext(label) for label, part in lists.items() if part is UNAVAILABLE],
    }


class Places:
    """Where texts stand: the labels of the tabs, and their addresses."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def label(self, scope: Scope) -> str:
        return self._page.gettext(LABELS[scope])

    def path(self, hit: TextHit) -> str:
        """Of a message the thread from its first one, so that the message is on the page however old it is."""
        tab = path_of(hit.incident_number, THREAD_TABS.get(hit.scope, hit.scope))
        return f"{tab}&messages={MOST}#message-{hit.message_id}" if hit.message_id else tab


async def _texts(page: Page, q: str, part: TextPart, limit: int) -> TextPage | None:
    """None for a beginning that too many texts have."""
    return await incidents.texts(page, q, part, limit=limit) if len(q) >= SHORTEST_BEGINNING else None


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
