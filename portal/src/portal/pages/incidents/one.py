"""One incident: its line, its tabs, its history."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from starlette.responses import Response

from api.incidents import HistoryLine, Incident
from api.incidents.exchanges import Exchanges
from portal import notices, sharing
from portal.forms import FINE, FormErrors
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.incidents import deeds, desk_bar, exchange, message_drafts, words
from portal.pages.incidents.base import blueprint, here, number_of
from portal.pages.incidents.exchange_acts import RefusedStep
from portal.pages.incidents.threads import TABS as THREAD_TABS
from portal.pages.incidents.threads import Thread, colleagues
from portal.services import exchanges, incidents
from portal.translations import N_

TABS = (
    ("declaration", N_("Déclaration")),
    ("echange", N_("Échange")),
    ("adresse", N_("Adresse de livraison")),
    ("contrat", N_("Contrat")),
    ("client", N_("Client")),
    ("messagerie", N_("Messagerie")),
    ("messagerie-sqp", N_("Messagerie (SQP)")),
    ("notes", N_("Notes internes")),
)
# Where a client, who knows who he is, finds who looks after him.
OF_CLIENT = {"client": ("revendeur", N_("Revendeur"))}
THREADS = {tab: thread for thread, tab in THREAD_TABS.items()}

# What of the page follows the state: ids of elements, and templates.
STATE_PARTS = ("line", "moves", "history")


@dataclass(frozen=True)
class Tab:
    """``name`` stands in the address; ``thread`` is empty unless it is one."""

    name: str
    label: str
    href: str
    thread: str
    is_here: bool


@blueprint.get("/incidents/{number}")
async def show_incident(page: Page) -> Response:
    number = number_of(page)
    if page.wants("sheet"):
        incident = await incidents.get(page, number)
        return page.fragment("incidents/sheet.html", await _sheet(page, incident, page.query("onglet")))
    return await show(page, number, tab=page.query("onglet"))


@blueprint.get("/incidents/{number}/etat")
async def show_state(page: Page) -> Response:
    """The fragment that a script asks for: status line, moves or history. Without script, a redirect to the page."""
    number = number_of(page)
    part = next((part for part in STATE_PARTS if page.wants(part)), None)
    if part is None:
        return page.redirect(here(page, number))
    incident, history, exchanged = await _read(page, number)
    context = {**_state(page, incident, history, exchanged), **_nothing_moved(), "here": None}
    return page.fragment(f"incidents/{part}.html", context)


async def show(
    page: Page,
    number: str,
    said: Mapping[str, object] | None = None,
    *,
    tab: str,
    status: int = 200,
    refused: RefusedStep | None = None,
    trouble: FormErrors = FINE,
) -> Response:
    """The whole page. ``said``: what a form held and what was wrong with it, to be shown again; ``refused``: a form of
    the exchanges; ``trouble``: what was wrong with that of the sharing."""
    incident, history, exchanged = await _read(page, number)
    context = {
        **_state(page, incident, history, exchanged),
        **await _sheet(page, incident, tab, refused),
        **_nothing_moved(),
        "sharing": await sharing.shown(page, incident, trouble),
        **(said or {}),
    }
    if "desk_bar" not in context:
        context["desk_bar"] = await desk_bar.bar(page, number)
    return await page.render("incidents/page.html", context, status=status)


async def _read(page: Page, number: str) -> tuple[Incident, list[HistoryLine], Exchanges | None]:
    """For a client also the exchanges: its page begins with what a client may do."""
    incident, history, exchanged = await asyncio.gather(
        incidents.get(page, number),
        or_unavailable(incidents.history(page, number)),
        or_unavailable(_exchanges(page, number)),
    )
    return incident, history.items if history else [], exchanged or None


async def _exchanges(page: Page, number: str) -> Exchanges | None:
    return await exchanges.of_incident(page, number) if page.may("client") else None


def _state(
    page: Page, incident: Incident, history: Sequence[HistoryLine], exchanged: Exchanges | None
) -> dict[str, object]:
    return {
        "incident": incident,
        "history": history,
        "step": words.next_step(page, incident),
        "deeds": deeds.of_client(page, incident, exchanged),
        "answer_in": words.answer_in(page, incident),
        "kinds": words.KINDS,
    }


def _nothing_moved() -> dict[str, object]:
    """The values of the form that changes the state, before it is filled in."""
    return {"moved": {}, "move_refused": "", "move_wrong": {}}


async def _sheet(page: Page, incident: Incident, wanted: str, refused: RefusedStep | None = None) -> dict[str, object]:
    tabs = _tabs(page, incident, wanted)
    here = next(tab for tab in tabs if tab.is_here)
    thread = await Thread.read(page, incident, here.thread, page.query("messages")) if here.thread else None
    unread = await notices.read(page, incident.number, here.thread)
    exchanged = await exchange.tab(page, incident, refused) if here.name == "echange" else {}
    return {
        **exchanged,
        "incident": incident,
        "tabs": tabs,
        "here": here,
        "thread": thread,
        "colleagues": await colleagues(page, here.thread),
        "unread_threads": unread,
        "kinds": words.KINDS,
        "file_kind": lambda media_type: words.file_kind(page, media_type),
        "key": str(uuid4()),
        "seen": thread.seen if thread else "",
        "written": "",
        "mention": "",
        "kept": [],
        "refused": [],
        "unsent": "",
        "attach_unsent": "",
        "drafted_at": None,
        **await message_drafts.found(page, incident.number, here.thread),
    }


def _tabs(page: Page, incident: Incident, wanted: str) -> list[Tab]:
    """Those that the person may see; the first one where the address names none of them."""
    tabs = [OF_CLIENT.get(tab[0], tab) for tab in TABS] if page.may("client") else TABS
    seen = [(name, label) for name, label in tabs if name not in THREADS or THREADS[name] in incident.threads]
    chosen = wanted if wanted in dict(seen) else seen[0][0]
    return [
        Tab(name, page.gettext(label), here(page, incident.number, name), THREADS.get(name, ""), name == chosen)
        for name, label in seen
    ]
