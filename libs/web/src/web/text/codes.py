"""Codes, numbers and log-ins as they are compared, whatever case, spaces, padding or look-alikes they have."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticKnownError

from web.text.characters import normalized, plain

# Characters of a number as it comes, with its label and the spaces around it.
MOST_TYPED: Final = 400
# A label's bar code (Code 39) begins and ends with a star, which some readers pass on.
_FRAME: Final = "*"
# What some readers put before a code to say its kind (ISO/IEC 15424): ``]C1`` is a GS1-128, ``]d2`` a Data Matrix.
_SYMBOLOGY: Final = re.compile(r"^\s*\][A-Za-z]\d")
# Punctuation that a sentence or a list sets around a number.
_AROUND: Final = " *()[]{}<>\"',;:."

_NO: Final = r"(?:n\s?°|n[or]?\.|n[or](?=[\s:])|num[ée]ro|number|num\.?|\#)"
_NOUN: Final = r"(?:contrat|contract|incident|s[ée]rie|serial)"
# Labels that pages and guides write before a number: « N° de série : », « S/N », « Contrat n° », « #», « Tél. ».
_LABEL: Final = re.compile(
    rf"""(?<![\w/.])(?:
        (?:{_NO}\s*(?:de\s+)?s[ée]rie|serial\s*(?:number|{_NO})|s/n|s\.n\.(?=\s)|sn(?=\s*[:°]|\s))\s*[:.°=]*\s*
        |(?:(?:{_NO}\s*(?:d[ue]\s+|de\s+l'|d'))?{_NOUN}(?!\w)(?:\s+de\s+maintenance)?(?:\s*:?\s*{_NO})?|{_NO})
            \s*[:.=]*\s*(?=[^\W\d_-]{{0,6}}-?\d|\w*\d)
        |mailto:
        |(?:t[ée]l[ée]phone|t[ée]l|phone|fax|mobile|mob|portable|port|fixe|callto|sms)\s*[:.]*\s*(?=[+(]*\d)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Two labels' worth of optional space beside each other would be tried in every division of a long run.
_SPACES: Final = re.compile(" {2,}")
_NUMERO: Final = re.compile("№|(?<![^\\W_])([nN])[º˚ᵒ]")
# Capital letters of Cyrillic and Greek that look exactly like Latin ones; some keyboards, OCR and labels mix them in.
_LOOK_ALIKE: Final = str.maketrans("АВЕКМНОРСТУХЅІЈҮҺԚԜ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXSIJYHQW" + "ABEZHIKMNOPTYX")
_SLASHES: Final = str.maketrans("\u2044\u2215", "//")


def unlabelled(value: str) -> str:
    """``value`` without the labels before its numbers: ``QB50001`` of ``N° de série : QB50001``."""
    read = _NUMERO.sub("n°", _SYMBOLOGY.sub("", value))
    return _LABEL.sub(" ", _SPACES.sub(" ", plain(normalized("NFKC", read)))).strip()


def latin(word: str) -> str:
    """``word`` in Latin letters where it is a number with Cyrillic or Greek ones that look alike; else as it is."""
    if word.isascii() or not any(map(str.isdigit, word)):
        return word
    typed = "".join(letter if letter.isascii() else letter.upper().translate(_LOOK_ALIKE) for letter in word)
    return typed if typed.isascii() else word


def cleaned(value: Any) -> Any:
    """``value`` as typed, without spaces, invisible characters and the stars of a bar code, and with plain hyphens.

    A value that is no text is returned as it is, for the type to refuse.
    """
    if not isinstance(value, str) or "\0" in value:
        return value
    read = normalized("NFKC", _SYMBOLOGY.sub("", value))
    return "".join(plain(read).translate(_SLASHES).split()).strip(_FRAME)


def bare(value: Any) -> Any:
    """A contract's, product's or incident's number, :func:`cleaned`: in Latin letters, without its label and the
    brackets or quotes around it."""
    if not isinstance(value, str) or "\0" in value:
        return value
    read = _SYMBOLOGY.sub("", value)
    return latin(str(cleaned(unlabelled(read.strip(_AROUND)).strip(_AROUND))))


def code(value: str) -> str:
    """The one form of a code: ``rev-0001`` is ``REV-0001``."""
    return str(cleaned(value)).upper()


def login(value: str) -> str:
    """The one form of a log-in."""
    return str(cleaned(value)).lower()


def number(value: str) -> str:
    """The one form of a contract's number: ``029962`` is ``29962``, ``ab-77`` is ``AB-77``."""
    return code(value).lstrip("0") or "0"


def serial(value: str) -> str:
    """The letters and digits of a serial number, which all its notations share."""
    return re.sub(r"[\W_]+", "", code(value))


# The same in SQL, for generated columns.
NUMBER_SQL: Final = "coalesce(nullif(ltrim(upper({column}), '0'), ''), '0')"
SERIAL_SQL: Final = "upper(regexp_replace({column}, '[^0-9A-Za-z]', '', 'g'))"


def _upper(value: Any) -> Any:
    cleaned_value = cleaned(value)
    return cleaned_value.upper() if isinstance(cleaned_value, str) else value


def _short(value: Any) -> Any:
    """Raises the error of too long a value before the text is processed."""
    if isinstance(value, str) and len(value) > MOST_TYPED:
        raise PydanticKnownError("string_too_long", {"max_length": MOST_TYPED})
    return value


# Types of requests; the last validator runs first. A number keeps its case and zeros, since contracts
# registered before have theirs.
Bare = Annotated[str, BeforeValidator(bare), BeforeValidator(_short)]
Cleaned = Annotated[str, BeforeValidator(cleaned), BeforeValidator(_short)]
Upper = Annotated[str, BeforeValidator(_upper), BeforeValidator(_short)]
