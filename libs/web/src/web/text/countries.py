"""Countries by their codes (ISO 3166-1), and the postal codes that France and its territories write."""

from __future__ import annotations

import re
from typing import Final

from web.i18n import Invalid
from web.text.characters import plain

# The second letters after each first; with XK, the code in use for Kosovo.
_LETTERS: Final = {
    "A": "DEFGILMOQRSTUWXZ",
    "B": "ABDEFGHIJLMNOQRSTVWYZ",
    "C": "ACDFGHIKLMNORUVWXYZ",
    "D": "EJKMOZ",
    "E": "CEGHRST",
    "F": "IJKMOR",
    "G": "ABDEFGHILMNPQRSTUWY",
    "H": "KMNRTU",
    "I": "DELMNOQRST",
    "J": "EMOP",
    "K": "EGHIMNPRWYZ",
    "L": "ABCIKRSTUVY",
    "M": "ACDEFGHKLMNOPQRSTUVWXYZ",
    "N": "ACEFGILOPRUZ",
    "O": "M",
    "P": "AEFGHKLMNRSTWY",
    "Q": "A",
    "R": "EOSUW",
    "S": "ABCDEGHIJKLMNORSTVXYZ",
    "T": "CDFGHJKLMNORTVWZ",
    "U": "AGMSYZ",
    "V": "ACEGINU",
    "W": "FS",
    "X": "K",
    "Y": "ET",
    "Z": "AMW",
}
CODES: Final = frozenset(first + second for first, seconds in _LETTERS.items() for second in seconds)
# One system of five digits: France, Monaco and the territories overseas.
_FRENCH: Final = frozenset({"FR", "MC", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF"})
_MILD: Final = re.compile(r"[0-9A-Z][0-9A-Z -]{1,11}")


def postal_code(value: str, country: str) -> str:
    """``69001`` of ``F-69001`` or ``69 001``; elsewhere the letters and digits as typed. Raises Invalid."""
    code = plain(value).upper()
    if country in _FRENCH:
        code = re.sub(r"^(?:FR?|MC)[ -]|[ .]", "", code)
        if not re.fullmatch(r"\d{5}", code, re.ASCII):
            raise Invalid("Cinq chiffres sont attendus, par exemple 69001.", "Five digits are expected, such as 69001.")
    elif not _MILD.fullmatch(code):
        raise Invalid("Ce code postal n’est pas valable.", "This postal code is not valid.")
    return code
