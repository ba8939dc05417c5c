"""The working days of metropolitan France, less SQP's closures. No other module knows the library ``holidays``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.metadata import version

import holidays

VERSION = f"holidays-{version('holidays')}"

SATURDAY = 5
A_DAY = timedelta(days=1)


@lru_cache(maxsize=32)
def public_holidays(year: int) -> frozenset[date]:
    # With a language: without one the library asks the process's environment.
    return frozenset(holidays.country_holidays("FR", years=year, language="fr"))


def is_dispatch_day(day: date) -> bool:
    """Neither of the weekend nor a public holiday."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


@dataclass(frozen=True)
class WorkingDays:
    """Finitely many closures, so that a next working day always follows."""

    closures: frozenset[date] = frozenset()

    @classmethod
    def less(cls, closures: Iterable[date]) -> WorkingDays:
        return cls(frozenset(closures))

    def __contains__(self, day: date) -> bool:
        return day not in self.closures and is_dispatch_day(day)

    def from_(self, day: date) -> Iterator[date]:
        """Every working day from ``day``, which is the first where it is one."""
        while True:
            if day in self:
                yield day
            day += A_DAY

    def first(self, day: date) -> date:
        """``day``, or the next working day where it is none."""
        return next(self.from_(day))

    def after(self, day: date, count: int = 1) -> date:
        """The ``count``-th working day after ``day``, from 1."""
        following = self.from_(day + A_DAY)
        return [next(following) for _ in range(count)][-1]

    def between(self, first: date, end: date) -> int:
        """How many there are from ``first``, before ``end``."""
        return sum(first + timedelta(days=ahead) in self for ahead in range((end - first).days))
