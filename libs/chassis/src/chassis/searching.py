"""Search as people type: accents and case ignored, every word must occur somewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, true

from chassis.errors import MalformedInput


def fold(value: str) -> str:
    """``Éric`` and ``ERIC`` become ``eric``; runs of white space become one space."""
    decomposed = unicodedata.normalize("NFKD", value)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.casefold().split())


def searchable(values: Iterable[str | date | None]) -> str:
    """What a row is found by, dates as ``09/12/2023`` and as ISO 8601."""
    words = [f"{v:%d/%m/%Y} {v.isoformat()}" if isinstance(v, date) else v for v in values if v]
    return fold(" ".join(words))


def matches(column: ColumnElement[str], query: str) -> ColumnElement[bool]:
    """``column`` holds every word of ``query``; raises MalformedInput on a NUL byte, which PostgreSQL cannot hold."""
    if "\0" in query:
        raise MalformedInput(errors=[{"field": "q", "message": "no NUL byte", "type": "value_error"}])
    return and_(true(), *(column.contains(word, autoescape=True) for word in fold(query).split()))
