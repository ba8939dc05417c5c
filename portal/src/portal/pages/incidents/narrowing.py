"""What a figure narrowed the list of incidents to: said above it, each with the way back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from api.identity.organisations import Organisation
from api.incidents.figures import Age, FirstAnswer
from api.incidents.promises import PromiseState
from events.incidents import Status
from portal.listing import Listing
from portal.page import Page
from portal.pages import reseller_filter
from portal.translations import N_

STATUSES: Mapping[Status, str] = {
    "new": N_("Déclaré"),
    "in_diagnosis": N_("Diagnostic en cours"),
    "pending": N_("En attente"),
    "exchange": N_("Échange en cours"),
    "resolved": N_("Résolu"),
    "closed": N_("Clos"),
    "rejected": N_("Refusé"),
    "cancelled": N_("Annulé"),
}
AGES: Mapping[Age, str] = {
    "today": N_("Aujourd’hui"),
    "days": N_("Il y a 1 ou 2 jours"),
    "week": N_("Il y a 3 à 7 jours"),
    "month": N_("Il y a 8 à 30 jours"),
    "older": N_("Il y a plus de 30 jours"),
}
ANSWERS: Mapping[FirstAnswer, str] = {
    "hour": N_("En moins d’une heure"),
    "hours": N_("En 1 à 4 heures"),
    "day": N_("En 4 à 24 heures"),
    "later": N_("En plus de 24 heures"),
    "none": N_("Pas encore"),
}
PROMISES: Mapping[PromiseState, str] = {
    "kept": N_("tenue"),
    "missed": N_("dépassée"),
    "paused": N_("suspendue"),
    "running": N_("à tenir"),
}
MOST_DAYS = 366
# As a notification about several incidents names them.
NUMBERS = re.compile("[0-9]{8,16}(,[0-9]{8,16}){0,99}")


class Chip(NamedTuple):
    label: str
    without: str


def filters(page: Page) -> dict[str, Sequence[str]]:
    known: dict[str, Sequence[str]] = {
        "status": tuple(STATUSES),
        "age": tuple(AGES),
        "promise": tuple(PROMISES),
        "declared_within": _days(page.query("declared_within")),
        "promised_within": _days(page.query("promised_within")),
        "numbers": _numbers(page.query("numbers")),
    }
    if page.may("sqp"):
        known |= {"answer": tuple(ANSWERS), "reseller_id": reseller_filter.asked(page)}
    return known


def _days(asked: str) -> tuple[str, ...]:
    is_one = asked.isdecimal() and asked.isascii() and len(asked) <= 3 and 1 <= int(asked) <= MOST_DAYS
    return (asked,) if is_one else ()


def _numbers(asked: str) -> tuple[str, ...]:
    return (asked,) if NUMBERS.fullmatch(asked) else ()


def chips(page: Page, listing: Listing, reseller: Organisation | None) -> list[Chip]:
    said: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "status": (N_("État : %(what)s"), {str(name): label for name, label in STATUSES.items()}),
        "age": (N_("Déclaré : %(what)s"), {str(name): label for name, label in AGES.items()}),
        "answer": (N_("Première réponse : %(what)s"), {str(name): label for name, label in ANSWERS.items()}),
        "promise": (N_("Promesse : %(what)s"), {str(name): label for name, label in PROMISES.items()}),
    }
    found = []
    for name, value in listing.filters.items():
        without = listing.href(**{name: ""})
        if name in said:
            sentence, words = said[name]
            found.append(Chip(page.gettext(sentence) % {"what": page.gettext(words[value])}, without))
        elif name == "declared_within":
            found.append(Chip(page.gettext("Déclaré depuis %(days)s jours") % {"days": value}, without))
        elif name == "promised_within":
            found.append(Chip(page.gettext("Envoi promis depuis %(days)s jours") % {"days": value}, without))
        elif name == "numbers":
            count = len(set(value.split(",")))
            found.append(Chip(page.ngettext("%(num)s incident", "%(num)s incidents", count) % {"num": count}, without))
        elif name == "reseller_id" and reseller is not None:
            found.append(Chip(page.gettext("Revendeur : %(name)s") % {"name": reseller.name}, without))
    return found
