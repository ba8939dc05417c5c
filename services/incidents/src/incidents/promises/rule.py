"""The rule of the promise, from a moment, a cut-off and a calendar alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice, pairwise

from incidents.promises.working_days import WorkingDays
from web.clock import PARIS

# Changes with the rule; an incident keeps the version that its promise was made by.
VERSION = "j1-1"


@dataclass(frozen=True)
class Window:
    """What starts before ``closes_at``, which is the cut-off of ``base_day``, leaves on ``dispatch_on``."""

    base_day: date
    closes_at: datetime
    dispatch_on: date


def windows(start: datetime, cutoff: time, days: WorkingDays) -> Iterator[Window]:
    """The one that ``start`` falls into, and those that follow it.

    A start on a working day strictly before the cut-off of Europe/Paris counts for that day, otherwise for the next
    working day; the promised dispatch is the first working day after.
    """
    for base, following in pairwise(days.from_(base_day(start, cutoff, days))):
        yield Window(base, datetime.combine(base, cutoff, PARIS), following)


def window(start: datetime, cutoff: time, days: WorkingDays) -> Window:
    return next(windows(start, cutoff, days))


def base_day(start: datetime, cutoff: time, days: WorkingDays) -> date:
    """The working day that ``start`` counts for."""
    local = start.astimezone(PARIS)
    is_in_time = local.date() in days and local.time() < cutoff
    return local.date() if is_in_time else days.after(local.date())


def after_pause(promised: date, paused_at: datetime, resumed_at: datetime, cutoff: time, days: WorkingDays) -> date:
    """``promised``, later by as many working days as cut-offs passed in the pause: a short pause moves nothing, and
    what SQP had of its time before is not given again."""
    passed = days.between(base_day(paused_at, cutoff, days), base_day(resumed_at, cutoff, days))
    return days.after(promised, passed) if passed > 0 else promised


def first_windows(start: datetime, cutoff: time, days: WorkingDays, count: int) -> list[Window]:
    return list(islice(windows(start, cutoff, days), count))
