"""How dates, sizes and found letters are shown."""

from __future__ import annotations

import re
from datetime import date, datetime

from babel.dates import format_date
from markupsafe import Markup, escape

from web.clock import PARIS
from web.i18n import Language
from web.text.folding import marked_spots


def day(value: date | None) -> str:
    """``09/12/2023``; of a moment, the day in Paris."""
    return f"{(on := day_of(value)).day:02}/{on.month:02}/{on.year:04}" if value else ""


def day_of(value: date) -> date:
    """Of a moment, the day in Paris."""
    return in_paris(value).date() if isinstance(value, datetime) else value


def month(value: date, language: Language) -> str:
    """``décembre 2026``."""
    return format_date(value, "LLLL yyyy", language)


def moment(value: datetime | None) -> str:
    """``23/12/2020 18:27`` in Paris."""
    return f"{day(value)} {in_paris(value):%H:%M}" if value else ""


def in_paris(value: datetime) -> datetime:
    """``value`` as a clock in Paris shows it; at the calendar's ends as it is."""
    try:
        return value.astimezone(PARIS)
    except OverflowError:
        return value


def size(value: int | None, language: Language) -> str:
    """``1,4\u00a0Mo`` from bytes, in English ``1.4\u00a0MB``."""
    amount = float(value or 0)
    if not amount:
        return "0\u00a0octet" if language == "fr" else "0\u00a0bytes"
    letter, point = ("o", ",") if language == "fr" else ("B", ".")
    for unit in ("", "K"):
        if round(amount) < 1024:
            return f"{amount:.0f}\u00a0{unit}{letter}"
        amount /= 1024
    return f"{amount:.1f}\u00a0M{letter}".replace(".", point)


def unbroken(value: str) -> str:
    """``value`` with its guillemets bound to what they hold, so that none stands alone where a line ends."""
    return re.sub(r"(?<=«) | (?=»)", "\u00a0", value)


# What a table's column holds on one line; a longer word may break where its column ends.
LONG_WORD = 18


def marked(value: object, query: str = "") -> Markup:
    """``value`` with what ``query`` finds in it marked, in whatever notation, and its long words breakable."""
    text = str(value if value is not None else "")
    spots = marked_spots(text, query) if query else [False] * len(text)
    words = []
    for found in re.finditer(r"\s+|\S+", text):
        word = _with_marks(found[0], spots[found.start() : found.end()])
        words.append(Markup('<span class="long">{}</span>').format(word) if len(found[0]) > LONG_WORD else word)
    return Markup("").join(words)


def holds(value: str, query: str) -> bool:
    """Whether ``query`` finds something in ``value``."""
    return any(marked_spots(value, query))


def _with_marks(text: str, spots: list[bool]) -> Markup:
    parts, start = [], 0
    for index in range(1, len(text) + 1):
        if index == len(text) or spots[index] != spots[start]:
            piece = escape(text[start:index])
            parts.append(Markup("<mark>{}</mark>").format(piece) if spots[start] else piece)
            start = index
    return Markup("").join(parts)
