"""The exchanges of an incident: what its tab shows, and how far each leg is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from api.incidents import Incident
from api.incidents.exchanges import Exchange, Exchanges, FactStep, ReplacementWayBack, Return, SqpStep, WayBack
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.incidents.exchange_acts import Act, Acts, Desk, RefusedStep
from portal.services import exchanges
from portal.translations import N_

SQP_STEPS: frozenset[str] = frozenset(get_args(SqpStep))
DISPATCHED = {"none": 0, "failed": 0, "prepared": 1, "shipped": 2, "delivered": 3}
# What got lost had come as far as was told of it.
BROUGHT_BACK = {"expected": 0, "in_transit": 1, "received": 2, "settled": 2}
RETURNED = {"expected": 0, "label_sent": 1, "in_transit": 2, "received": 3, "inspected": 4, "settled": 4}


@dataclass(frozen=True)
class Stop:
    """``at`` is empty until the leg is there."""

    label: str
    is_reached: bool
    at: datetime | None


@dataclass(frozen=True)
class Leg:
    name: str
    title: str
    state: str
    is_wrong: bool
    stops: Sequence[Stop]


@dataclass(frozen=True)
class Shown:
    """A line as its reader sees it. ``awaited`` is what is to come back, ``due`` says how many days are left for it."""

    line: Exchange
    legs: Sequence[Leg]
    acts: Acts
    awaited: WayBack | None
    due: str

    @property
    def is_over(self) -> bool:
        return self.line.stage == "done"

    @property
    def is_folded(self) -> bool:
        """Over, and none of its forms is shown again."""
        return self.is_over and not any(act.is_again for act in all_acts(self.acts) if act is not None)


async def tab(page: Page, incident: Incident, refused: RefusedStep | None = None) -> dict[str, object]:
    """What the tab's template asks."""
    found = await or_unavailable(exchanges.of_incident(page, incident.number))
    if not found:
        return {"exchanges": None}
    return context(page, incident, found, refused)


def context(page: Page, incident: Incident, found: Exchanges, refused: RefusedStep | None) -> dict[str, object]:
    desk = Desk(page, incident, found, refused)
    lines = [_shown(page, desk, line) for line in found.items]
    request, statement = desk.request(), desk.statement()
    acts = [request, statement, *(act for each in lines for act in all_acts(each.acts))]
    is_there = refused is None or any(act is not None and act.id == refused.id for act in acts)
    is_awaited = any(line.return_.is_awaited for line in found.items)
    return {
        "exchanges": found,
        "lines": lines,
        "request": request,
        "statement": statement,
        "is_asked": is_awaited and not found.statements,
        "lost_form": None if is_there else refused,
        "sqp_steps": SQP_STEPS,
    }


def _shown(page: Page, desk: Desk, line: Exchange) -> Shown:
    back = awaited(line)
    return Shown(line, list(legs(page, line)), desk.of(line), back, due(page, back))


def awaited(line: Exchange) -> Return | ReplacementWayBack | None:
    """What is to come back: the faulty product or the replacement, never both."""
    return next((back for back in (line.return_, line.replacement_return) if back and back.is_awaited), None)


def all_acts(acts: Acts) -> Iterator[Act | None]:
    yield acts.next
    yield from acts.others
    yield from acts.news.values()
    yield from acts.recalls.values()


def due(page: Page, back: WayBack | None) -> str:
    """How many days are left to send it back; empty where none are counted."""
    left = back.days_left if back else None
    if left is None:
        return ""
    if left < 0:
        return page.ngettext("%(num)s jour de retard", "%(num)s jours de retard", -left) % {"num": -left}
    if left == 0:
        return page.gettext("dernier jour aujourd’hui")
    return page.ngettext("encore %(num)s jour", "encore %(num)s jours", left) % {"num": left}


def legs(page: Page, line: Exchange) -> Iterator[Leg]:
    """There and back, and the replacement's way back where it is to come, each with its stops."""
    when: dict[FactStep, datetime] = {fact.step: fact.at for fact in line.timeline}
    if line.type != "credit":
        there: list[tuple[str, FactStep]] = [
            (N_("Préparé"), "prepared"),
            (N_("Expédié"), "shipped"),
            (N_("Livré"), "delivered" if "delivered" in when else "delivery_presumed"),
        ]
        stops = _stops(page, there, DISPATCHED[line.dispatch], when)
        yield Leg("outbound", page.gettext(N_("Vers le client")), line.dispatch_label, line.dispatch == "failed", stops)
    if line.return_.state != "not_required":
        over: FactStep = "return_settled" if line.return_.state == "settled" else "return_inspected"
        back: list[tuple[str, FactStep]] = [
            (N_("Étiquette"), "label_sent"),
            (N_("En route"), "return_shipped"),
            (N_("Reçu"), "return_received"),
            (N_("Soldé") if over == "return_settled" else N_("Contrôlé"), over),
        ]
        stops = _stops(page, back, RETURNED.get(line.return_.state), when)
        wrong = line.return_.is_overdue or line.return_.state == "lost"
        yield Leg("return", page.gettext(N_("Retour à SQP")), line.return_.label, wrong, stops)

    if line.replacement_return:
        yield _replacement_leg(page, line.replacement_return, when)


def _replacement_leg(page: Page, back: ReplacementWayBack, when: dict[FactStep, datetime]) -> Leg:
    is_settled = back.state == "settled"
    known: list[tuple[str, FactStep]] = [
        (N_("En route"), "replacement_shipped"),
        (N_("Soldé"), "replacement_settled") if is_settled else (N_("Reçu"), "replacement_received"),
    ]
    title, wrong = page.gettext(N_("Retour du remplacement")), back.is_overdue or back.state == "lost"
    stops = _stops(page, known, BROUGHT_BACK.get(back.state), when)
    return Leg("replacement-return", title, back.label, wrong, stops)


def _stops(
    page: Page, known: Sequence[tuple[str, FactStep]], reached: int | None, when: dict[FactStep, datetime]
) -> list[Stop]:
    """Without those that were passed over: a return may be settled, or arrive, of which no parcel was told."""
    if reached is None:
        reached = max((place for place, (_, step) in enumerate(known, 1) if step in when), default=0)
    return [
        Stop(page.gettext(label), place < reached, when.get(step) if place < reached else None)
        for place, (label, step) in enumerate(known)
        if place >= reached - 1 or step in when
    ]
