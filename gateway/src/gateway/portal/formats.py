"""How dates, sizes and found letters are shown."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from markupsafe import Markup, escape

from chassis.clock import PARIS


def day(value: str | date | None) -> str:
    """``09/12/2023`` from an ISO date, or date and time."""
    if not value:
        return ""
    parsed = day_of(value) if isinstance(value, str) else value
    return f"{parsed:%d/%m/%Y}"


def day_of(value: str) -> date:
    """The day in Paris of an ISO date, or date and time."""
    return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).astimezone(PARIS).date()


def moment(value: str | datetime | None) -> str:
    """``23/12/2020 18:27`` in Paris from an ISO date and time."""
    if not value:
        return ""
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{parsed.astimezone(PARIS):%d/%m/%Y %H:%M}"


def size(value: int | None) -> str:
    """``1,4 Mo`` from bytes."""
    amount = float(value or 0)
    for unit in ("o", "Ko"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} Mo".replace(".", ",")


def marked(value: object, query: str) -> Markup:
    """``value`` with the searched words marked, whatever their accents and case."""
    text = str(value if value is not None else "")
    letters = plain(text)
    spots = [False] * len(text)
    if len(letters) == len(text):
        for word in plain(query).split():
            for found in re.finditer(re.escape(word), letters):
                spots[found.start() : found.end()] = [True] * len(word)
    return _with_marks(text, spots)


def _with_marks(text: str, spots: list[bool]) -> Markup:
    parts, start = [], 0
    for index in range(1, len(text) + 1):
        if index == len(text) or spots[index] != spots[start]:
            piece = escape(text[start:index])
            parts.append(Markup("<mark>{}</mark>").format(piece) if spots[start] else piece)
            start = index
    return Markup("").join(parts)


def plain(text: str) -> str:
    """One plain lower-case character per character, so that places stay the same."""
    letters = text.replace("’", "'")
    return "".join((unicodedata.normalize("NFD", letter)[:1] or letter).lower()[:1] for letter in letters)
