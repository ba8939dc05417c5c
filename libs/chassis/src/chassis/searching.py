"""Search as people type: accents and case ignored, every word must occur somewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, func, literal_column, true
from sqlalchemy.orm import InstrumentedAttribute

from chassis.errors import MalformedInput
from chassis.i18n import text

ESCAPES = str.maketrans({"%": "/%", "_": "/_", "/": "//"})


def fold(value: str) -> str:
    """``Éric`` and ``ERIC`` become ``eric``; runs of white space become one space."""
    decomposed = unicodedata.normalize("NFKD", value)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character)).replace("’", "'")
    return " ".join(plain.casefold().split())


def folded(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """``column`` as :func:`fold` leaves it, to sort by: ``Étienne`` stands before ``eve``. No index serves it."""
    decomposed = func.normalize(column, literal_column("NFKD"))
    return func.lower(func.regexp_replace(decomposed, "[\u0300-\u036f]", "", "g"), type_=Text)


def searchable(values: Iterable[str | date | None]) -> str:
    """What a row is found by, dates as ``09/12/2023`` and as ISO 8601."""
    words = [f"{v:%d/%m/%Y} {v.isoformat()}" if isinstance(v, date) else v for v in values if v]
    return fold(" ".join(words))


def patterns(query: str) -> list[str]:
    """A LIKE pattern per word of ``query``, for :func:`holds`; raises MalformedInput on a NUL byte."""
    if "\0" in query:
        # PostgreSQL cannot hold it.
        message = text("Les caractères de contrôle ne sont pas admis.", "Control characters are not allowed.")
        raise MalformedInput(errors=[{"field": "q", "message": message, "type": "value_error"}])
    return [f"%{word.translate(ESCAPES)}%" for word in fold(query).split()]


def holds(column: ColumnElement[str], words: int) -> ColumnElement[bool]:
    """``column`` has every pattern of the parameters ``word_0``, ``word_1`` …: a statement that may be kept."""
    return and_(true(), *(column.like(bindparam(f"word_{i}", type_=Text), escape="/") for i in range(words)))


def matches(column: ColumnElement[str], query: str) -> ColumnElement[bool]:
    """``column`` holds every word of ``query``; raises MalformedInput as :func:`patterns` does."""
    return and_(true(), *(column.like(pattern, escape="/") for pattern in patterns(query)))
