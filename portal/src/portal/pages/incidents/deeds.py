"""What a client may do on an incident now: the one sentence at the head of its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from api.incidents import Incident
from api.incidents.exchanges import Exchange, Exchanges
from portal import formats
from portal.page import Page
from portal.pages.incidents.base import path_of
from portal.pages.incidents.exchange import awaited
from portal.translations import N_

# The way back on which nothing has left yet.
TO_SEND = ("expected", "label_sent")
OVER = ("closed", "rejected", "cancelled")
# Nothing is written any more; a refusal may still be argued.
FINAL = ("closed", "cancelled")
ANSWER = N_("répondre à %(name)s")
WRITE = N_("écrire à %(name)s")
READ = N_("lire la messagerie")
READ_ALONE = N_("lire la messagerie, où seul un administrateur de votre société répond")
SEND_BACK = N_("renvoyer le matériel")
SEND_BACK_BY = N_("renvoyer le matériel jusqu’au %(day)s")
FOLLOW_PARCEL = N_("suivre le colis")
FOLLOW_EXCHANGE = N_("suivre l’échange")
CANCEL = N_("annuler l’incident")
REOPEN = N_("rouvrir l’incident")
REOPEN_BEFORE = N_("rouvrir l’incident avant le %(day)s")
DECLARE = N_("déclarer un nouvel incident lié tant que le matériel est couvert")
WRITE_THERE = N_("écrire dans l’incident n° %(number)s")
READ_THERE = N_("lire la suite dans l’incident n° %(number)s")


class Deed(NamedTuple):
    """``text`` goes on from *Vous pouvez*; ``href`` is empty where the deed stands on the page."""

    text: str
    href: str = ""


def of_client(page: Page, incident: Incident, found: Exchanges | None) -> list[Deed]:
    """Exactly what the services let this reader do; of others than clients none. Without ``found``, the exchanges, it
    says less and stays true."""
    if not page.may("client"):
        return []
    if incident.merged_into:
        text = WRITE_THERE if page.may(write=True) else READ_THERE
        return [Deed(page.gettext(text) % {"number": incident.merged_into}, path_of(incident.merged_into))]
    return list(_deeds(page, incident, found.items if found else []))


def _deeds(page: Page, incident: Incident, lines: list[Exchange]) -> Iterator[Deed]:
    thread, exchange = path_of(incident.number, "messagerie"), path_of(incident.number, "echange")
    if "client" in incident.actions.write:
        is_awaited = incident.status == "pending" and incident.pending_reason == "waiting_client"
        text = page.gettext(ANSWER if is_awaited else WRITE) % {"name": incident.reseller.name}
        yield Deed(text, f"{thread}#composer")
    else:
        yield Deed(page.gettext(READ if incident.status in FINAL else READ_ALONE), thread)
    back = next((line for line in lines if _is_to_send(line)), None)
    if back:
        yield Deed(_send_back(page, back), exchange)
    if any(parcel.direction == "outbound" and parcel.state == "shipped" for line in lines for parcel in line.shipments):
        yield Deed(page.gettext(FOLLOW_PARCEL), exchange)
    elif any(line.stage != "done" for line in lines):
        yield Deed(page.gettext(FOLLOW_EXCHANGE), exchange)
    following = [state.status for state in incident.actions.next]
    if "cancelled" in following:
        yield Deed(page.gettext(CANCEL), "#moves")
    if "in_diagnosis" in following:
        text = REOPEN_BEFORE if incident.closes_on else REOPEN
        yield Deed(page.gettext(text) % {"day": formats.day(incident.closes_on)}, "#moves")
    if incident.status in OVER and page.may(write=True):
        yield Deed(page.gettext(DECLARE), "#moves")


def _is_to_send(line: Exchange) -> bool:
    """Something is awaited of which nothing left, and this reader may say that it does."""
    back = awaited(line)
    return back is not None and back.state in TO_SEND and "return_shipped" in line.actions


def _send_back(page: Page, line: Exchange) -> str:
    back = awaited(line)
    if back is None or back.due_on is None or back.is_overdue:
        return page.gettext(SEND_BACK)
    return page.gettext(SEND_BACK_BY) % {"day": formats.day(back.due_on)}
