"""Who is told of what happens to an exchange, and of which of it by e-mail as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from events import OrganisationKind
from events.exchange_words import ExchangeStep, ReplacementReturn, ReturnState
from events.incidents import ExchangeChanged, Parcel, ReturnReminded
from notifications.recipients import (
    EVERY_SIDE,
    Audience,
    MailLink,
    Notice,
    Subject,
    by_author,
    facts_of,
    parties,
)

CHANGED: Literal["exchange_changed"] = "exchange_changed"
REMINDED: Literal["return_reminded"] = "return_reminded"

# A return that its holder has yet to send.
RETURN_AWAITED: tuple[ReturnState, ...] = ("expected", "label_sent", "lost")

# A replacement that is to come back after all, sent or not.
REPLACEMENT_AWAITED: tuple[ReplacementReturn, ...] = ("expected", "in_transit", "lost")

ANSWER_PAGE = "/retours/repondre"

HOLDERS: frozenset[OrganisationKind] = frozenset({"reseller", "client"})
FEED_ALONE: frozenset[OrganisationKind] = frozenset()


@dataclass(frozen=True)
class Telling:
    """Reseller and client are told, and SQP with ``sqp``; ``mailed``: the sides to which an e-mail goes as well."""

    mailed: frozenset[OrganisationKind] = HOLDERS
    sqp: bool = False


# None: open pages alone are told.
TELLINGS: Mapping[ExchangeStep, Telling | None] = {
    "requested": Telling(EVERY_SIDE, sqp=True),
    "approved": Telling(),
    "rejected": Telling(),
    "cancelled": Telling(),
    "recalled": Telling(),
    "reserved": None,  # SQP's own preparation: nothing is asked of the holder, and the dispatch names the unit.
    "out_of_stock": Telling(),
    "label_sent": Telling(),
    "prepared": None,  # It leaves within the day, and the dispatch has the number.
    "parcel_expected": None,  # Read where the parcel is followed; nothing is to be done about it.
    "shipped": Telling(),
    "delivered": Telling(),
    # Nothing has happened; the days to return start, of which reminders come.
    "delivery_presumed": Telling(FEED_ALONE),
    "parcel_lost": Telling(EVERY_SIDE, sqp=True),
    "parcel_damaged": Telling(EVERY_SIDE, sqp=True),
    "parcel_refused": Telling(EVERY_SIDE, sqp=True),
    "parcel_sent_back": Telling(EVERY_SIDE, sqp=True),
    "return_shipped": Telling(FEED_ALONE, sqp=True),  # Its sender knows, and SQP acts on its arrival.
    "return_delivered": None,  # The carrier's word; SQP's own is ``return_received``.
    "return_lost": Telling(EVERY_SIDE, sqp=True),
    "return_extended": Telling(HOLDERS, sqp=True),  # SQP has nothing to do.
    "return_disk_kept": Telling(EVERY_SIDE, sqp=True),
    "return_disk_refused": Telling(),
    "return_received": Telling(),
    "return_inspected": Telling(),
    "return_settled": Telling(),
    "reversed": Telling(),
    "unit_goes_back": Telling(),
    "replacement_shipped": Telling(FEED_ALONE, sqp=True),  # As ``return_shipped``.
    "replacement_lost": Telling(EVERY_SIDE, sqp=True),
    "replacement_extended": Telling(HOLDERS, sqp=True),
    "replacement_settled": Telling(),
    "replacement_received": Telling(),
    "replacement_dead": Telling(),
    "credited": Telling(),
    "closed": Telling(FEED_ALONE),  # The last of what was told before has come to an end.
}

# What holders say of a return, in the portal or by the link of a reminder.
OF_HOLDERS: frozenset[ExchangeStep] = frozenset(
    {
        "return_shipped",
        "return_lost",
        "return_extended",
        "return_disk_kept",
        "replacement_shipped",
        "replacement_lost",
        "replacement_extended",
    }
)

# One parcel may be for several lines: what happens to it is one act.
JOINT: frozenset[ExchangeStep] = frozenset(
    {
        "shipped",
        "delivered",
        "delivery_presumed",
        "parcel_lost",
        "parcel_damaged",
        "parcel_refused",
        "parcel_sent_back",
    }
)


def changed(event: ExchangeChanged) -> Notice | None:
    telling = TELLINGS[event.step]
    if telling is None or _is_told_otherwise(event):
        return None
    return Notice(
        CHANGED, _audience(event, telling), _subject(event), facts_of(event) | _facts(event), mailed=telling.mailed
    )


def _is_told_otherwise(event: ExchangeChanged) -> bool:
    """What SQP asks for itself is told by its decision; the exchange of a dead replacement by ``replacement_dead``."""
    if event.step == "requested":
        return event.actor.organisation_kind not in HOLDERS
    return event.step == "approved" and event.origin_line is not None


def _audience(event: ExchangeChanged, telling: Telling) -> Audience:
    """All parties but the author's side. What no person did, such as a carrier's fact that the back office passes on,
    is news for both sides."""
    by, concerned = event.actor, replace(parties(event, "declaration"), sqp=telling.sqp)
    others = concerned if by.user_id is None else concerned.without(by.organisation_id, by.organisation_kind)
    return by_author(event, others)


def reminded(event: ReturnReminded, today: date) -> Notice:
    """The administrators of the reseller and the client, who hold the product. ``days_left`` as of ``today``, as the
    event may have been under way for long."""
    audience = replace(parties(event, "client"), sqp=False, administrators=True)
    facts = {
        "units": [_unit(event)],
        "exchange_id": str(event.exchange_id),
        "version": event.version,
        "line": event.line,
        "of_replacement": event.of_replacement,
        "due_on": event.return_due_on.isoformat(),
        "days_left": min(event.days_left, (event.return_due_on - today).days),
        "consequence": event.consequence,
        "expires_at": event.expires_at.isoformat(),
    }
    link = MailLink(ANSWER_PAGE, event.sealed_token, event.expires_at)
    return Notice(REMINDED, audience, _subject(event), facts_of(event) | facts, link=link)


def _subject(event: ExchangeChanged | ReturnReminded) -> Subject:
    return Subject("incident", event.number, place_of(event.number, event.line))


def place_of(number: str, line: int) -> str:
    """Where the portal shows the line of the exchange."""
    return f"/incidents/{number}?onglet=echange#ligne-{line}"


def _facts(event: ExchangeChanged) -> dict[str, Any]:
    of_replacement = event.replacement_return in REPLACEMENT_AWAITED
    due_on = event.replacement_due_on if of_replacement else event.return_due_on
    facts = {
        "step": event.step,
        "line": event.line,
        "exchange_type": event.exchange_type,
        "units": [_unit(event) | _replacement(event)],
        "dispatch": event.dispatch,
        "return_state": event.return_state,
        "resent": _is_resent(event),
        "of_replacement": of_replacement,
        "due_on": due_on.isoformat() if due_on else "",
        "consequence": event.consequence or "",
        "stock_on": event.stock_expected_on.isoformat() if event.stock_expected_on else "",
        "outcome": event.outcome or "",
        "said_by": _said_by(event),
        "note": event.note,
    }
    return facts | _act(event) | (_parcel(event.parcel) if event.parcel else {})


def _act(event: ExchangeChanged) -> dict[str, Any]:
    """The same for all lines of which the same is to be said at once."""
    if event.step not in JOINT or event.parcel is None:
        return {}
    state = (event.exchange_type, event.dispatch, event.return_state, event.return_due_on, event.replacement_due_on)
    said = (*state, _is_resent(event))
    return {"act": " ".join(map(str, (event.step, event.at.isoformat(), event.parcel.tracking_number, *said)))}


def _is_resent(event: ExchangeChanged) -> bool:
    """Whether SQP sends another parcel where one is lost or damaged."""
    goes_on = event.decision == "approved" and event.cover != "returned" and event.exchange_type != "repair"
    return goes_on and event.dispatch == "failed"


def _unit(event: ExchangeChanged | ReturnReminded) -> dict[str, Any]:
    return {"line": event.line, "reference": event.product_reference, "serial": event.serial_number}


def _replacement(event: ExchangeChanged) -> dict[str, Any]:
    return {"new_reference": event.replacement_reference or "", "new_serial": event.replacement_serial_number or ""}


def _parcel(parcel: Parcel) -> dict[str, Any]:
    """A page to follow it is a link in an e-mail: of the web alone."""
    url = parcel.tracking_url if parcel.tracking_url.startswith("https://") else ""
    return {"carrier": parcel.carrier, "tracking_number": parcel.tracking_number, "tracking_url": url}


def _said_by(event: ExchangeChanged) -> str:
    """``person`` or ``link`` of what a holder said: a reminder's link knows no person."""
    if event.step not in OF_HOLDERS or event.actor.organisation_kind == "sqp":
        return ""
    return "link" if event.actor.user_id is None else "person"
