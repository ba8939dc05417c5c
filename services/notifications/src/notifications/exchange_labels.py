"""Puts together what people read of an exchange and of a return that is due, from
:mod:`notifications.exchange_texts`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from events.exchange_words import ExchangeStep
from notifications import exchange_texts as texts
from notifications.exchange_notices import CHANGED, REMINDED, RETURN_AWAITED, place_of
from notifications.notification_types import EmailKind
from web.clock import PARIS
from web.i18n import Language, Text

Facts = dict[str, Any]

KINDS: frozenset[EmailKind] = frozenset({CHANGED, REMINDED})
# Steps after which the holder is to know until when the faulty product is awaited.
SETS_A_DAY: frozenset[ExchangeStep] = frozenset({"approved", "label_sent", "delivered", "delivery_presumed"})
# The same of the replacement.
BRINGS_BACK: frozenset[ExchangeStep] = frozenset(
    {"reversed", "cancelled", "recalled", "delivered", "delivery_presumed"}
)
# Steps after which their reader may have to ask the carrier.
CARRIED: frozenset[ExchangeStep] = frozenset(
    {
        "label_sent",
        "shipped",
        "parcel_lost",
        "parcel_damaged",
        "parcel_refused",
        "parcel_sent_back",
        "return_shipped",
        "return_lost",
        "replacement_shipped",
        "replacement_lost",
    }
)


def title(facts: Facts) -> Text:
    if "step" in facts:
        return texts.TITLES[facts["step"]]
    return texts.DUE if facts["days_left"] >= 0 else texts.OVERDUE


def body(facts: Facts) -> Text:
    sentences = list(_of_step(facts) if "step" in facts else _of_return(facts))
    return {language: " ".join(sentence[language] for sentence in sentences) for language in sentences[0]}


def _of_return(facts: Facts) -> Iterator[Text]:
    if facts["days_left"] < 0:
        yield texts.NOT_BACK
        yield texts.NOW_LATE[facts["consequence"]]
    else:
        yield texts.TO_COME_BACK if facts["days_left"] else texts.TO_COME_BACK_TODAY
        yield texts.IF_LATE[facts["consequence"]]


def _of_step(facts: Facts) -> Iterator[Text]:
    step = facts["step"]
    if step == "delivered" and facts["dispatch"] != "delivered":
        yield texts.PARTLY_DELIVERED
        return
    yield texts.BODIES_OF_TYPE.get((step, facts["exchange_type"]), texts.BODIES[step])
    for sentence, applies in _following(step, facts):
        if applies:
            yield sentence


def _following(step: ExchangeStep, facts: Facts) -> tuple[tuple[Text, bool], ...]:
    has_one_new = len(facts["units"]) == 1 and bool(facts["units"][0]["new_serial"])
    is_reversed = step == "reversed" and _brings_back(facts)
    goes_first = facts["exchange_type"] in ("standard_exchange", "repair")
    if_late = texts.IF_LATE.get(facts.get("consequence") or "warn", texts.IF_LATE["warn"])
    return (
        (texts.CARRIED_BY, step in CARRIED and bool(facts.get("carrier"))),
        (texts.REPLACED_BY, step == "shipped" and has_one_new),
        (texts.IN_STOCK_ON, step == "out_of_stock" and bool(facts["stock_on"])),
        (texts.BACK_BY, step in SETS_A_DAY and bool(_back_by(facts))),
        (texts.REPLACEMENT_BACK_BY, _brings_back(facts) and bool(facts["due_on"])),
        (if_late, bool(facts.get("consequence")) and _sets_a_day(facts)),
        (texts.DUE_LATER, (step == "label_sent" or is_reversed) and not facts["due_on"]),
        (texts.SENT_AFTER, step == "approved" and goes_first),
        (texts.SAID_BY, facts["said_by"] == "person"),
        (texts.SAID_BY_LINK, facts["said_by"] == "link"),
    )


def _back_by(facts: Facts) -> str:
    """Until when the faulty product is to come back; empty where it is not awaited, or the day is not known yet."""
    is_faulty = facts["return_state"] in RETURN_AWAITED and not facts.get("of_replacement")
    return facts["due_on"] if is_faulty else ""


def _sets_a_day(facts: Facts) -> bool:
    """Whether its reader learns until when what to send back."""
    return bool(facts["step"] in SETS_A_DAY and _back_by(facts)) or (_brings_back(facts) and bool(facts["due_on"]))


def _brings_back(facts: Facts) -> bool:
    """Whether the replacement is to come back from now on. What was stored before there were such days says nothing."""
    return facts["step"] in BRINGS_BACK and bool(facts.get("of_replacement"))


def details(facts: Facts, language: Language) -> Facts:
    """What the placeholders of the sentences stand for."""
    units = facts["units"]
    one = units[0]
    known = {
        "unit": _name(one, language) if len(units) == 1 else texts.UNITS[language].format(count=len(units)),
        "due": _day(facts["due_on"]),
    }
    if "step" not in facts:
        until = datetime.fromisoformat(facts["expires_at"]).astimezone(PARIS)
        unit = _replacement(one, language) if facts.get("of_replacement") else known["unit"]
        return known | {"unit": unit, "until": f"{until:%d/%m/%Y}"}
    outcome, new = texts.OUTCOMES.get(facts["outcome"]), _new(one, language)
    return known | {
        "type": texts.TYPES[facts["exchange_type"]][language],
        "outcome": outcome[language] if outcome else "",
        "resent": texts.RESENT[language] if facts.get("resent", True) else "",
        "stock": _day(facts["stock_on"]),
        "new": new,
        "replacement": f" {new}" if new else "",
        "carried_by": _carried_by(facts),
    }


def notes(facts: Facts) -> tuple[Text, ...]:
    if "step" not in facts:
        return (texts.ANSWERS_OF_REPLACEMENT if facts.get("of_replacement") else texts.ANSWERS,)
    return (texts.PACKING,) if facts["step"] == "label_sent" else ()


def links(facts: Facts, language: Language) -> tuple[tuple[str, str], ...]:
    """Label and address of what an e-mail leads to beside its button; an address without host is the portal's."""
    if "step" not in facts:
        # Its button leads to the slip, too: without log-in, which this address would ask for.
        return ((texts.SEE_INCIDENT[language], place_of(facts["number"], facts["line"])),)
    slip = (texts.SLIP[language], f"/incidents/{facts['number']}/echanges/{facts['line']}/bon-de-retour.pdf")
    follow = (texts.FOLLOW[language], facts.get("tracking_url", ""))
    is_asked = (facts["step"] in SETS_A_DAY and _back_by(facts)) or _brings_back(facts)
    is_to_send = facts["step"] == "label_sent" or is_asked
    return (*([slip] if is_to_send else []), *([follow] if follow[1] else []))


def groups(facts: Facts, language: Language) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The products, where an e-mail's sentence counts several."""
    units = facts["units"]
    if len(units) == 1:
        return ()
    return ((texts.PRODUCTS[language], tuple(_exchanged(unit, language) for unit in units)),)


def _exchanged(unit: Facts, language: Language) -> str:
    old, new = _name(unit, language), _new(unit, language)
    return texts.EXCHANGED[language].format(old=old, new=new) if new else old


def _name(unit: Facts, language: Language) -> str:
    return texts.UNIT[language].format(reference=unit["reference"], serial=unit["serial"])


def _replacement(unit: Facts, language: Language) -> str:
    if not unit["serial"]:
        return texts.PART_UNIT[language].format(reference=unit["reference"])
    return texts.REPLACEMENT_UNIT[language].format(unit=_name(unit, language))


def _new(unit: Facts, language: Language) -> str:
    if not unit["new_serial"]:
        return ""
    return texts.UNIT[language].format(reference=unit["new_reference"] or unit["reference"], serial=unit["new_serial"])


def _carried_by(facts: Facts) -> str:
    number = facts.get("tracking_number", "")
    return f"{facts.get('carrier', '')}{f', n° {number}' if number else ''}"


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%d/%m/%Y}" if day else ""
