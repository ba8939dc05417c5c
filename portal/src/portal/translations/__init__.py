"""French is written in the templates; English stands in ``en/*.po``, one file per page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from web.i18n import Language

FOLDER = Path(__file__).parent
_TYPOGRAPHY = (
    (re.compile(r"(?<=[\w)»’%])[ \u00a0\u202f]?:(?=\s|$)| :"), "\u00a0:"),
    (re.compile(r" (?=[;?!»])"), "\u00a0"),
    (re.compile(r"(?<=«) "), "\u00a0"),
    (re.compile(r"\b([nN]°)[ \u00a0\u202f]?(?=[\w%{])"), "\\1\u00a0"),
    (re.compile(r"(?<=\d) (?=[KMG]?o\b|%)"), "\u00a0"),
)


def catalogues() -> dict[Path, Catalog]:
    found = {}
    for path in sorted((FOLDER / "en").glob("*.po")):
        with path.open("rb") as file:
            found[path] = read_po(file, locale="en")
    return found


@cache
def english() -> dict[str, str]:
    """English by French, singular and plural forms apart."""
    words: dict[str, str] = {}
    for catalogue in catalogues().values():
        for message in catalogue:
            if not message.id:
                continue
            pairs = zip(_forms(message.id), _forms(message.string), strict=False)
            words.update({french: translated for french, translated in pairs if translated})
    return words


def N_(french: str) -> str:  # noqa: N802 - gettext's own word for it
    """Names a string that is translated where it is shown."""
    return french


def gettext(language: Language, french: str) -> str:
    return typographic(french) if language == "fr" else english().get(french, french)


@cache
def typographic(french: str) -> str:
    """With the spaces of French typography, which no line breaks at: ``Contrat n° 29962 : 20 Mo « au plus » ?``"""
    for found, written in _TYPOGRAPHY:
        french = found.sub(written, french)
    return french


def ngettext(language: Language, singular: str, plural: str, number: int) -> str:
    """French counts 0 as singular, English as plural."""
    is_one = number in (0, 1) if language == "fr" else number == 1
    return gettext(language, singular if is_one else plural)


def _forms(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (str(value),)
