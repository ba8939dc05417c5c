"""Folding for search: how text is folded, which words a row is found by, and which words a query consists of.

The statements that search by it are :mod:`chassis.searching`'s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

import phonenumbers

from web.text import mailboxes
from web.text.characters import plain
from web.text.codes import latin, unlabelled
from web.text.days import MONTHS, SHORT_MONTHS, WEEKDAYS
from web.text.phones import HOME, normalised

# Limits of a query: number of patterns, and number of characters that are read.
MAX_WORDS: Final = 8
MAX_LENGTH: Final = 200

# Marks over, under and through a letter: the inside of a character class, in Python and in SQL.
MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
# Letters without a decomposition, as people type them without the key.
LETTERS: Final = {
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "þ": "th",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "ȷ": "j",
    "ĸ": "k",
    "ŋ": "n",
    "ŧ": "t",
    "ɨ": "i",
    "ƀ": "b",
    "ƶ": "z",
    "ς": "σ",
}

_MARKS = re.compile(f"[{MARKS}]")
_LETTERS = str.maketrans(LETTERS)
_DATE = re.compile(r"(?:(\d{1,2})([/.-])(\d{1,2})\2(\d{2}|\d{4})|(\d{4})([/.-])(\d{1,2})\6(\d{1,2}))")
_NUMERIC = re.compile(r"(?<![\w/.-])\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?!\w)")
# ``le lundi 21 janvier 2027``, ``1er févr. 27``, ``January 2027``, folded; without its year it may be any text.
_MONTHS: Final = {
    name: number
    for names in (*MONTHS.values(), SHORT_MONTHS, [month[:3] for month in MONTHS["en"]])
    for number, month in enumerate(names, 1)
    for name in [_MARKS.sub("", unicodedata.normalize("NFKD", month.lower())).rstrip(".")]
} | {"fev": 2}
_WEEKDAYS: Final = "|".join(
    day.lower() for names in WEEKDAYS.values() for day in (*names, *(name[:3] for name in names))
)
_SPELLED = re.compile(
    rf"(?<!\w)(?:(?:le )?(?:(?:{_WEEKDAYS})[.,]* )?(\d{{1,2}})(?:er|st|nd|rd|th)? )?"
    # Of two digits a year is one only after a day: ``January 27`` is a day.
    rf"({'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?,? (\d{{4}}|(?(1)\d{{2}}|(?!)))(?!\w)"
)
# A group of a telephone number that is written in several.
_GROUP = re.compile(r"[+(]?[().-]*\d{1,2}[().-]*\d{0,2}[().-]*\d{0,2}[().-]*")
_SHOWN_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
_SHOWN_PHONE = re.compile(r"\+?[\d\s().-]{6,20}(?: poste \d{1,7})?", re.ASCII)


def fold(value: str) -> str:
    """``Éric`` and ``ERIC`` become ``eric``, ``Nœud`` ``noeud``; nothing invisible, one dash, runs of white space one
    space. :func:`chassis.searching.folded` says the same in SQL."""
    decomposed = _MARKS.sub("", unicodedata.normalize("NFKD", plain(value)))
    return " ".join(plain(decomposed.lower().translate(_LETTERS)).split())


def compact(folded_value: str) -> str:
    """The letters and digits alone: ``ts-131k`` and ``ts131k`` are one."""
    return "".join(filter(str.isalnum, folded_value))


def searchable(values: Iterable[str | date | None], phones: Iterable[str | None] = ()) -> str:
    """The search text of a row: the words of each value and the whole value, both without separators.

    Dates are found as ``09/12/2023``, ``09/12/23``, ``2023-12-09`` and ``9 décembre 2023``, telephones by every
    notation of theirs.
    """
    forms = [form for value in values if value for form in _forms(value)]
    forms += [form for phone in phones if phone for form in phone_forms(phone)]
    return " ".join(dict.fromkeys(forms))


def words(query: str) -> list[str]:
    """The words of ``query`` that a row must contain, at most :data:`MAX_WORDS`; none if nothing of it is visible."""
    asked = _SPELLED.sub(_in_digits, fold(unlabelled(query[:MAX_LENGTH]))[:MAX_LENGTH]).split()
    asked = [_padded(latin(word).lower()) for word in asked]
    plain_words = [compact(word) for word in _phones_joined(asked)]
    # Signs count only in a query that consists of signs.
    return list(dict.fromkeys(filter(None, plain_words)) or dict.fromkeys(asked))[:MAX_WORDS]


def exactly(query: str) -> str:
    """The number or serial number that ``query`` is as a whole, like :func:`web.text.codes.serial`; empty for words."""
    whole = "".join(words(query)).upper()
    return whole if any(map(str.isdigit, whole)) else ""


def marked_spots(value: str, query: str) -> list[bool]:
    """Which characters of ``value`` the words of ``query`` are found in, the separators between them included.

    A date or a telephone number that is found by another notation of it is marked whole.
    """
    spots = [False] * len(value)
    # Each letter of the compact value, and the character that it came from.
    places = [(letter, at) for at, character in enumerate(value) for letter in _letters(character)]
    letters = "".join(letter for letter, _ in places)
    for word in _asked(query) if letters else ():
        if word not in letters and any(word in form for form in _notations(value)):
            return [True] * len(value)
        for found in re.finditer(re.escape(word), letters):
            first, last = places[found.start()][1], places[found.end() - 1][1]
            spots[first : last + 1] = [True] * (last + 1 - first)
    return spots


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    return compact(fold(character))


@lru_cache(maxsize=64)
def _asked(query: str) -> tuple[str, ...]:
    return tuple(words(query))


def _notations(value: str) -> Iterator[str]:
    """The forms by which a date or a telephone number is found."""
    if day := _SHOWN_DATE.fullmatch(value):
        with suppress(ValueError):
            yield from _forms(date(int(day[3]), int(day[2]), int(day[1])))
    elif _SHOWN_PHONE.fullmatch(value):
        yield from phone_forms(value.partition(" poste")[0])


def written_dates(folded_value: str) -> Iterator[str]:
    """What the dates of a text are found by: ``21 janvier 2027`` by ``21012027``, ``9/12/23`` by every notation."""
    yield from map(_in_digits, _SPELLED.finditer(folded_value))
    for found in _NUMERIC.finditer(folded_value):
        padded = _padded(found[0])
        for pattern in ("%d%m%Y", "%d%m%y", "%Y%m%d"):
            with suppress(ValueError):
                yield from _forms(datetime.strptime(padded, pattern).replace(tzinfo=UTC).date())
                break


def _forms(value: str | date) -> Iterator[str]:
    if isinstance(value, date):
        yield from (f"{value:%d%m%Y}", f"{value:%d%m%y}", f"{value:%Y%m%d}")
        return
    if (shown := mailboxes.shown(value)) != value:
        yield from _forms(shown)
    folded_value = fold(value)
    parts = [compact(word) or word for word in folded_value.split()]
    yield from parts
    yield from map(_in_digits, _SPELLED.finditer(folded_value))
    yield from (latin(part).lower() for part in parts if not part.isascii())
    if len(parts) > 1 and (whole := compact("".join(parts))):
        yield whole


def phone_forms(phone: str) -> Iterator[str]:
    """Two that contain every notation: ``0033123456789`` and ``330123456789``."""
    number = _phone(phone)
    if number is None:
        yield from _forms(phone)
        return
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL).partition("ext")[0]
    yield f"00{number.country_code}{phonenumbers.national_significant_number(number)}"
    yield f"{number.country_code}{compact(national)}"
    if number.extension:
        yield number.extension


def _phone(value: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(normalised(value), HOME)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _padded(word: str) -> str:
    """``9/12/23`` as ``09/12/23``."""
    found = _DATE.fullmatch(word)
    if found is None:
        return word
    day, _, month, year, iso_year, _, iso_month, iso_day = found.groups()
    return f"{int(day):02}{int(month):02}{year}" if day else f"{iso_year}{int(iso_month):02}{int(iso_day):02}"


def _in_digits(spelled: re.Match[str]) -> str:
    """``21 janvier 2027`` as ``21012027``, ``janvier 2027`` as ``012027``."""
    day, month, year = spelled.groups()
    return f"{int(day):02}{_MONTHS[month]:02}{year}" if day else f"{_MONTHS[month]:02}{year}"


def _phones_joined(asked: list[str]) -> list[str]:
    """``01 23 45 67 89`` as one word; digits that are no telephone number stay as many."""
    joined: list[str] = []
    run: list[str] = []
    for word in [*asked, ""]:
        if _GROUP.fullmatch(word):
            run.append(word)
            continue
        joined += _joined(run)
        run = []
        joined += [word] if word else []
    return joined


def _joined(run: list[str]) -> list[str]:
    if len(run) < 2:
        return run
    number = _phone(" ".join(run))
    return ["".join(run)] if number is not None and phonenumbers.is_valid_number(number) else run
