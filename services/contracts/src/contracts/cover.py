"""Days of cover."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from api.contracts import State

EXPIRING_DAYS = 90


def state_of(starts_on: date, ends_on: date, on: date, credited_on: date | None = None) -> State:
    """``credited_on``: when the last of its products was paid back; the end of the contract may have come before."""
    if credited_on is not None and credited_on <= ends_on:
        return "credited"
    if ends_on < on:
        return "expired"
    if starts_on > on:
        return "upcoming"
    return "expiring" if (ends_on - on).days <= EXPIRING_DAYS else "active"


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, or the last of that month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
