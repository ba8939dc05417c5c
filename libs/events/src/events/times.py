"""Days and moments of events and of the API: what any program that reads them can show."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


def is_within(value: date) -> bool:
    """Of a day, or of a moment with a zone by its day in UTC, in which it is kept and sent on."""
    if isinstance(value, datetime):
        try:
            value = value.astimezone(UTC)
        except OverflowError:
            return False
    return EARLIEST.year <= value.year <= LATEST.year


def _within(value: date) -> date:
    if not is_within(value):
        raise ValueError(f"not between {EARLIEST.year} and {LATEST.year}")
    return value


Day = Annotated[date, AfterValidator(_within)]
Moment = Annotated[AwareDatetime, AfterValidator(_within)]
