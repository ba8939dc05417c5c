"""Answers about reminders: the contracts service says what it computed, notifications who received them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from events.contracts import Reminder as Kind
from web.schemas import Answer

Outcome = Literal["planned", "computed", "skipped"]
# ``passed``: the days were fewer already when it was computed; ``ended``: the cover was over when it was registered;
# ``closed``: so was the time to order; ``no_offer``: no extension is on sale for the contract;
# ``credited``: all that it covered was paid back; ``followed``: another contract goes on with the cover.
Reason = Literal["passed", "ended", "closed", "no_offer", "credited", "followed"]


class Reminder(Answer):
    """The reminder ``threshold`` days before the end of cover (``end``), or before the last day on which an extension
    may be ordered (``order``). ``due_on`` is empty where there is no such day. ``sentence`` says what became of it."""

    kind: Kind
    threshold: int
    due_on: date | None
    outcome: Outcome
    reason: Reason | None = None
    computed_at: datetime | None = None
    sentence: str


class EarlierReminders(Answer):
    """Of an end of cover that has moved since."""

    ends_on: date
    items: list[Reminder]


class Reminders(EarlierReminders):
    """Of the present end of cover, widest first."""

    order_until: date | None
    earlier: list[EarlierReminders]


# What became of the e-mail: ``waiting`` for its time, ``delivered`` to the recipient's mail server, ``failed`` for
# good, ``none`` was to be sent.
Mail = Literal["waiting", "delivered", "failed", "none"]


class Told(Answer):
    """One reminder and one reader. ``name`` is empty where an organisation has no one to tell.

    ``at`` is when the e-mail leaves, left or failed, else when the reader was told in the portal.
    """

    kind: Kind
    threshold: int
    ends_on: date
    organisation: str
    name: str
    in_app: bool
    mail: Mail
    at: datetime
    sentence: str


class ToldReminders(Answer):
    """Latest first, at most 200."""

    items: list[Told]
