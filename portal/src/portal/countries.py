"""Countries, by the codes that addresses carry, named in the language of the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from babel import Locale

from web.i18n import Language

# Most parcels go there: they come first in the list.
NEAR = ("FR", "BE", "CH", "LU", "MC")
# What CLDR names beside countries: unions, the world, test regions; and codes that ISO 3166 only reserves.
NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"})


@cache
def countries(language: Language) -> Mapping[str, str]:
    """Names by ISO 3166 code: the near ones first, then the others by name."""
    territories = {str(code): str(name) for code, name in Locale(language).territories.items()}
    names = {code: name for code, name in territories.items() if len(code) == 2 and code not in NO_COUNTRY}
    others = sorted((code for code in names if code not in NEAR), key=lambda code: _sorted_as(names[code]))
    return {code: names[code] for code in (*NEAR, *others)}


def country(code: str, language: Language) -> str:
    """The country's name; the code itself where there is none."""
    return countries(language).get(code, code)


def _sorted_as(name: str) -> str:
    plain = unicodedata.normalize("NFD", name)
    return "".join(character for character in plain if not unicodedata.combining(character)).casefold()
