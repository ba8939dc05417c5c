"""How urgent something is, as a sign, a word and a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.incidents.desk import DeskState
from portal import formats
from portal.page import Page
from portal.pages.countdown import remaining
from portal.translations import N_
from web import clock

MINUTE, HOUR, DAY = 60, 3600, 86400
SIGNS = {
    "promise_overdue": "warning",
    "promise_today": "clock",
    "waiting": "send",
    "new": "plus",
    "due": "arrow",
    "later": "pause",
}
OVERDUE = N_("Promesse dépassée depuis %(time)s")
SHIP = N_("Expédier avant %(at)s, il reste %(time)s")
SHIP_LATE = N_("À expédier aujourd’hui, %(at)s est passé")
PROMISED = N_("Envoi promis aujourd’hui avant %(at)s, il reste %(time)s")
PROMISED_LATE = N_("Envoi promis aujourd’hui, %(at)s est passé")
WAITING = N_("Sans réponse depuis %(time)s")
NEW = N_("Nouveau, depuis %(time)s")
RETURN = N_("Retour en retard depuis %(time)s")
DUE = N_("À faire depuis %(time)s")
MOMENT = N_("moins d’une minute")
LATER = N_("À reprendre le %(at)s")


@dataclass(frozen=True)
class Urgency:
    """``at`` is what the sentence counts from or to."""

    kind: str
    sign: str
    sentence: str
    at: datetime


def urgency(page: Page, state: DeskState) -> Urgency | None:
    """None where SQP has nothing to do."""
    found = state.urgency
    if found is None:
        return None
    sentence = page.gettext(_sentence(state, found.at)) % {
        "time": _time(page, found.at),
        "at": formats.day(found.at) if found.kind == "later" else f"{formats.in_paris(found.at):%H:%M}",
    }
    return Urgency(found.kind, SIGNS[found.kind], sentence, found.at)


def _sentence(state: DeskState, at: datetime) -> str:
    kind = state.urgency.kind if state.urgency else ""
    if kind == "promise_today":
        is_past, ships = at <= clock.now(), state.action == "dispatch"
        return (SHIP_LATE if ships else PROMISED_LATE) if is_past else (SHIP if ships else PROMISED)
    if kind == "due" and state.action == "chase_return":
        return RETURN
    return {"promise_overdue": OVERDUE, "waiting": WAITING, "new": NEW, "later": LATER}.get(kind, DUE)


def _time(page: Page, at: datetime) -> str:
    """How long it is until ``at``, or since; of what is past, a started unit is not counted."""
    left = at - clock.now()
    return remaining(left, page.language) if left > timedelta() else elapsed(page, -left)


def elapsed(page: Page, time: timedelta) -> str:
    """``3 j``, ``2 h``, ``12 min``."""
    seconds = int(time.total_seconds())
    if seconds >= DAY:
        letter = "j" if page.language == "fr" else "d"
        return f"{seconds // DAY}\u00a0{letter}"
    if seconds < MINUTE:
        return page.gettext(MOMENT)
    return f"{seconds // HOUR}\u00a0h" if seconds >= HOUR else f"{seconds // MINUTE}\u00a0min"


def age(page: Page, since: datetime) -> str:
    return elapsed(page, clock.now() - since)
