"""The queue *À traiter*: what SQP has to do, the most urgent first, and how the work is spread."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, Response

from api.incidents.bulk import MOST_ROWS
from api.incidents.desk import Absent, Action, DeskCounts, DeskPeople, NextWanted
from portal.api_client import ApiRefused
from portal.identifiers import is_id
from portal.listing import Listing
from portal.page import Page
from portal.page_request import if_allowed, or_unavailable
from portal.pages import list_page, reseller_filter
from portal.pages.desk import view_tabs
from portal.pages.desk.base import blueprint
from portal.pages.incidents import desk_words as words
from portal.pages.incidents.base import OF_VIEW, wanted
from portal.pages.incidents.desk_bar import PATH
from portal.pages.incidents.narrowing import STATUSES
from portal.pages.rights import writers
from portal.services import desk
from portal.translations import N_

COLUMNS = (
    ("urgency", N_("Urgence")),
    ("number", N_("Incident")),
    ("declared_at", N_("Âge")),
    ("assignee", N_("Agent")),
    ("last_message_at", N_("Dernier message")),
)
ACTIONS: Mapping[Action, str] = {
    "answer": N_("Répondre"),
    "decide": N_("Décider l’échange"),
    "dispatch": N_("Expédier"),
    "inspect": N_("Contrôler le retour"),
    "start": N_("Prendre en charge"),
    "diagnose": N_("Poursuivre le diagnostic"),
    "remind": N_("Relancer"),
    "check": N_("Faire le point"),
    "chase_return": N_("Relancer le retour"),
    "close": N_("Clore"),
}
# What was taken back asks nothing of SQP.
STATES = {state: label for state, label in STATUSES.items() if state != "cancelled"}
NOTHING_LEFT = N_("Plus rien à traiter dans cette vue.")
NO_PEOPLE = DeskPeople(items=[], unassigned=0, service_levels=[])


@blueprint.get(PATH)
async def show_queue(page: Page) -> Response:
    if not page.may("sqp"):
        raise ApiRefused(404, {})
    listing = _listing(page)
    found, people, reseller, views = await asyncio.gather(
        desk.find(page, **listing.parameters),
        or_unavailable(desk.people(page)),
        or_unavailable(if_allowed(reseller_filter.reseller(page))),
        view_tabs.of_page(page),
    )
    return await list_page.show(
        page,
        "desk",
        listing=listing,
        found=found,
        people=people or NO_PEOPLE,
        reseller=reseller,
        tiles=_tiles(page, listing, found.counts),
        actions=ACTIONS,
        states=STATES,
        urgency=lambda row: words.urgency(page, row),
        age=lambda since: words.age(page, since),
        view=urlencode({name: value for name, value in listing.narrowing.items() if name in OF_VIEW}),
        most=MOST_ROWS,
        views=view_tabs.tabs(views, view_tabs.asked(listing.narrowing)),
        saving=urlencode(view_tabs.asked(listing.narrowing)) if page.may("sqp", write=True) else "",
    )


@blueprint.get(f"{PATH}/nombre")
async def count_due(page: Page) -> Response:
    """For the menu's badge, which asks by itself: no page waits for it."""
    if not page.may("sqp"):
        raise ApiRefused(404, {})
    due = await or_unavailable(desk.due(page))
    return PlainTextResponse(str(due.due) if due and due.due else "", headers={"Cache-Control": "no-store"})


@blueprint.get(f"{PATH}/{{act}}")
async def back_to_queue(page: Page) -> Response:
    """A browser that loads the page of a refused act again asks here."""
    return page.redirect(PATH)


@blueprint.post(f"{PATH}/suivant")
@writers("sqp")
async def take_next(page: Page) -> Response:
    return await to_next(page, page.field("vue"), page.field("leaving"))


async def to_next(page: Page, view: str, leaving: str) -> Response:
    """To the next incident of the view, which is the person's by then; or back to the queue."""
    body = page.build(NextWanted, {**wanted(view), **({"leaving": leaving} if leaving else {})})
    given = await desk.take_next(page, body)
    if given.number is None:
        return page.redirect(f"{PATH}?{view}" if wanted(view) else PATH, flash=page.gettext(NOTHING_LEFT))
    # The view goes along, so that the next one is of it, too.
    kept = f"?{urlencode({'vue': view})}" if wanted(view) else ""
    return page.redirect(f"/incidents/{given.number}{kept}")


@blueprint.post(f"{PATH}/absent")
@writers("sqp")
async def give_back(page: Page) -> Response:
    person = page.field("user_id")
    given = await desk.give_back(page, page.build(Absent, {"user_id": person} if is_id(person) else {}))
    said = page.ngettext(
        "%(num)s incident est de nouveau à tous.", "%(num)s incidents sont de nouveau à tous.", given.count
    )
    return page.redirect(PATH, flash=said % {"num": given.count})


def _listing(page: Page) -> Listing:
    who, level = page.query("who"), page.query("service_level")[:200]
    filters = {
        "when": ("later", "skipped"),
        "who": (who,) if is_id(who) else ("mine", "unassigned"),
        "action": tuple(ACTIONS),
        "state": tuple(STATES),
        "service_level": (level,) if level else (),
        "reseller_id": reseller_filter.asked(page),
    }
    return Listing.of(page, PATH, COLUMNS, default_sort="urgency", filters=filters)


def _tiles(page: Page, listing: Listing, counts: DeskCounts) -> list[tuple[str, str, int, str, bool]]:
    """Address, label, count, shape, and whether it is this one."""
    when, who = listing.filters.get("when", ""), listing.filters.get("who", "")
    known = (
        ("", "", N_("À traiter"), counts.due, "all"),
        ("", "mine", N_("À moi"), counts.mine, "active"),
        ("", "unassigned", N_("À personne"), counts.unassigned, "new"),
        ("later", "", N_("Plus tard"), counts.later, "pending"),
        ("skipped", "", N_("Passés"), counts.skipped, "closed"),
    )
    return [
        (listing.href(when=at, who=of), page.gettext(label), count, shape, (at, of) == (when, who))
        for at, of, label, count, shape in known
    ]
