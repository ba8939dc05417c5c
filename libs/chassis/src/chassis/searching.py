"""Search as people type: whatever the notation, every word of :mod:`web.text.folding` must occur somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, any_, bindparam, func, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from web.errors import MalformedInput
from web.i18n import text
from web.text.characters import APOSTROPHES, DASHES, INVISIBLE, LINE_BREAKS, QUOTES, SPACES
from web.text.folding import LETTERS, MARKS, words

ESCAPES = str.maketrans({"%": "/%", "_": "/_", "/": "//"})


def folded(column: InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """``column`` as :func:`web.text.folding.fold` leaves it, to sort by: ``Étienne`` stands before ``eve``.

    No index serves it.
    """
    return func.fold(column, type_=Text)


def fold_sql() -> str:
    """The statement that defines the function ``fold`` of :func:`folded`, and of generated columns."""
    alike = {**dict.fromkeys(DASHES, "-"), **dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(QUOTES, '"')}
    single = {letter: typed for letter, typed in LETTERS.items() if len(typed) == 1}
    # A NUL never reaches PostgreSQL, and its expressions cannot name one.
    unseen = _quoted(f"[{MARKS}]|{INVISIBLE.pattern}".replace("\x00-", "\x01-"))
    folding = f"regexp_replace(normalize({_translated('value', alike)}, NFKD), {unseen}, '', 'g')"
    folding = _translated(f"lower({folding})", {**alike, **single})
    for letter, typed in LETTERS.items():
        if len(typed) > 1:
            folding = f"replace({folding}, '{letter}', '{typed}')"
    spaces = _quoted(f"[\\s{SPACES}{LINE_BREAKS}]+")
    return (
        "CREATE OR REPLACE FUNCTION fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT "
        f"AS $fold$ SELECT btrim(regexp_replace({folding}, {spaces}, ' ', 'g')) $fold$"
    )


def patterns(query: str) -> list[str]:
    """A LIKE pattern per word of ``query``, for :func:`holds`; raises MalformedInput as :func:`refuse_nul`."""
    refuse_nul(query)
    return [f"%{word.translate(ESCAPES)}%" for word in words(query)]


def refuse_nul(query: str) -> None:
    """Raises MalformedInput on a NUL byte."""
    if "\0" in query:
        # PostgreSQL cannot hold it.
        message = text("Les caractères de contrôle ne sont pas admis.", "Control characters are not allowed.")
        raise MalformedInput(errors=[{"field": "q", "message": message, "type": "value_error"}])


Otherwise = Callable[[ColumnElement[str]], ColumnElement[bool]]


def holds(column: ColumnElement[str], words: int, otherwise: Otherwise | None = None) -> ColumnElement[bool]:
    """``column`` has every pattern of the parameters ``word_0``, ``word_1`` …: a statement that may be kept.

    ``otherwise`` says of a pattern where else it may be found. SQLAlchemy quotes the words into the statement: prepared
    with parameters it is planned for any word, and reads a million rows for a rare one.
    """
    asked = (bindparam(f"word_{i}", type_=Text, literal_execute=True) for i in range(words))
    return and_(true(), *(_held(column, pattern, otherwise) for pattern in asked))


def matches(column: ColumnElement[str], query: str, otherwise: Otherwise | None = None) -> ColumnElement[bool]:
    """``column`` holds every word of ``query``; raises MalformedInput as :func:`patterns` does."""
    asked = (bindparam(None, pattern, type_=Text, literal_execute=True) for pattern in patterns(query))
    return and_(true(), *(_held(column, pattern, otherwise) for pattern in asked))


def like(column: ColumnElement[str], pattern: ColumnElement[str]) -> ColumnElement[bool]:
    """``column`` has the pattern, one of :func:`patterns`."""
    return column.like(pattern, escape="/")


def among(column: ColumnElement[Any], query: Select[Any]) -> ColumnElement[bool]:
    """``column`` is one of those of ``query``, which is asked first: unlike IN, it lets indexes serve an OR."""
    return column == any_(func.array(query.scalar_subquery()))


def _held(column: ColumnElement[str], pattern: ColumnElement[str], otherwise: Otherwise | None) -> ColumnElement[bool]:
    here = like(column, pattern)
    return or_(here, otherwise(pattern)) if otherwise else here


def _translated(expression: str, characters: dict[str, str]) -> str:
    return f"translate({expression}, {_quoted(''.join(characters))}, {_quoted(''.join(characters.values()))})"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
