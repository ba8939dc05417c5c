"""French is written in the templates; English stands in ``en/*.po``, one file per page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from web.i18n import Language
from web.text.typography import typographic

FOLDER = Path(__file__).parent


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


def ngettext(language: Language, singular: str, plural: str, number: int) -> str:
    """French counts 0 as singular, English as plural."""
    is_one = number in (0, 1) if language == "fr" else number == 1
    return gettext(language, singular if is_one else plural)


def _forms(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (str(value),)
