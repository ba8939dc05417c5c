"""What a view of the queue narrows it to, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.desk.queue import ACTIONS, COLUMNS, STATES
from portal.services import desk
from portal.translations import N_

LABELS = {
    "q": N_("Recherche"),
    "when": N_("Moment"),
    "who": N_("Agent"),
    "action": N_("Action"),
    "state": N_("État"),
    "service_level": N_("Niveau de service"),
    "reseller_id": N_("Revendeur"),
    "sort": N_("Tri"),
}
WHEN = {"later": N_("Plus tard"), "skipped": N_("Passés")}
WHO = {"mine": N_("La personne qui regarde"), "unassigned": N_("Personne")}
SORTS = dict(COLUMNS)
KNOWN: Mapping[str, Mapping[str, str]] = {
    "when": WHEN,
    "action": {str(name): label for name, label in ACTIONS.items()},
    "state": {str(name): label for name, label in STATES.items()},
}


async def described(page: Page, queries: Sequence[Mapping[str, str]]) -> list[list[str]]:
    """A line for each filter of each query."""
    people = await or_unavailable(desk.people(page)) if any("who" in each for each in queries) else None
    names = {str(each.user_id): each.name for each in people.items} if people else {}
    return [[_line(page, name, value, names) for name, value in query.items()] for query in queries]


def _line(page: Page, name: str, value: str, names: Mapping[str, str]) -> str:
    return page.gettext("%(label)s : %(what)s") % {
        "label": page.gettext(LABELS[name]),
        "what": _value(page, name, value, names),
    }


def _value(page: Page, name: str, value: str, names: Mapping[str, str]) -> str:
    if name == "who":
        return page.gettext(WHO[value]) if value in WHO else names.get(value, page.gettext("un collègue"))
    if name == "reseller_id":
        return page.gettext("un seul")
    if name == "sort":
        label = page.gettext(SORTS.get(value.removeprefix("-"), value))
        return page.gettext("%(column)s, à l’envers") % {"column": label} if value.startswith("-") else label
    return page.gettext(KNOWN[name][value]) if value in KNOWN.get(name, {}) else value
