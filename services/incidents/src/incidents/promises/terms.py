"""By what a promise is made: SQP's cut-off, start of the clock and closures, and which contracts promise at all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time

from api.incidents.promises import ClockStart
from incidents.promises import working_days
from incidents.promises.working_days import WorkingDays

_NEXT_DAY = re.compile(r"\bJ\s*\+\s*1\b", re.IGNORECASE)


def promises_next_day(service_level: str) -> bool:
    """Whether a contract's service level is one of next-day dispatch: its label says *J+1*, in SQP's own words."""
    return _NEXT_DAY.search(service_level) is not None


@dataclass(frozen=True)
class Terms:
    """``revision`` counts SQP's changes; 0 are the defaults."""

    revision: int = 0
    cutoff: time = time(16)
    clock_start: ClockStart = "declaration"
    closures: frozenset[date] = field(default_factory=frozenset)

    @property
    def days(self) -> WorkingDays:
        return WorkingDays(self.closures)

    @property
    def calendar_version(self) -> str:
        """Names the closures by the revision, which is kept with them."""
        return f"{working_days.VERSION}/{self.revision}"
