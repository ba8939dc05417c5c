"""The present time, and the day in Europe/Paris, by which all rules about days go."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    return datetime.now(UTC)


def day(at: datetime) -> date:
    """The day that ``at`` falls on."""
    return at.astimezone(PARIS).date()


def today() -> date:
    return day(now())
