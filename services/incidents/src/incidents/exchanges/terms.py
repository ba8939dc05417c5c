"""SQP's settings of exchanges, with the defaults that hold until SQP changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from events.exchange_words import Consequence
from web.text.folding import fold


@dataclass(frozen=True)
class Terms:
    """``revision`` counts SQP's changes; 0 are the defaults. ``by_service_level``: days of return where they differ."""

    revision: int = 0
    return_days: int = 15
    by_service_level: Mapping[str, int] = field(default_factory=dict)
    extension_days: int = 7
    presumed_delivered_days: int = 7
    overdue: Consequence = "warn"
    return_address: str = ""

    def due_on(self, since: date, service_level: str) -> date:
        """Until when the faulty unit is to come back if its replacement was delivered on ``since``."""
        return since + timedelta(days=self.days(service_level))

    def days(self, service_level: str) -> int:
        """How many there are for a return. Case and accents of the service level do not count."""
        wanted = fold(service_level)
        exception = next((days for label, days in self.by_service_level.items() if fold(label) == wanted), None)
        return exception or self.return_days

    def given_again(self, due_on: date | None, today: date) -> date:
        """Until when it is to come back that its holder had reason not to send."""
        again = today + timedelta(days=self.extension_days)
        return max(due_on, again) if due_on else again

    def extended(self, due_on: date, today: date) -> date:
        return max(due_on, today) + timedelta(days=self.extension_days)
