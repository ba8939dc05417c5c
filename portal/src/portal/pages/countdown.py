"""What the declaration's page shows of the promise: until when to declare, how long that is, and what leaves when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.incidents.promises import PromiseOffer
from portal.formats import in_paris
from web.i18n import Language
from web.text.days import spelled

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Shown:
    """``before``: the time of today, otherwise with its day. ``left`` as of the offer; a script counts on."""

    closes_at: datetime
    before: str
    left: str
    dispatch_on: date


def shown(offer: PromiseOffer, language: Language) -> list[Shown]:
    """Each window as it reads once the one before it has closed."""
    found, begins = [], offer.now
    for window in offer.windows:
        closes, today = in_paris(window.closes_at), in_paris(begins).date()
        at = f"{closes:%H:%M}"
        before = at if closes.date() == today else f"{spelled(closes.date(), language)} {at}"
        left = remaining(window.closes_at - begins, language)
        found.append(Shown(window.closes_at, before, left, window.dispatch_on))
        begins = window.closes_at
    return found


def remaining(time: timedelta, language: Language) -> str:
    """``2 j 23 h``, ``1 h 12``, ``12 min``, ``45 s``: never more than is left, but a started second."""
    seconds = -(-time // timedelta(seconds=1))
    if seconds >= DAY:
        letter = "j" if language == "fr" else "d"
        return f"{seconds // DAY}\u00a0{letter} {seconds % DAY // HOUR}\u00a0h"
    if seconds >= HOUR:
        return f"{seconds // HOUR}\u00a0h\u00a0{seconds % HOUR // MINUTE:02}"
    return f"{seconds // MINUTE}\u00a0min" if seconds >= MINUTE else f"{seconds}\u00a0s"
