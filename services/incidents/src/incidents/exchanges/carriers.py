"""Carriers: their pages to follow a parcel, and whether a number can be one of theirs.

The person chooses the carrier; a number only suggests one, and a wrong check digit is a doubt, never a refusal: new
services of a carrier have numbers that no table knows. The carriers' pages are linked to and never fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from api.incidents.exchange_steps import Carrier
from incidents.exchanges import labels
from web.i18n import Language
from web.text import codes


def _s10(number: str) -> bool:
    """Two letters, eight digits and their check digit, the country (UPU S10)."""
    digits = [int(digit) for digit in number[2:11]]
    rest = 11 - sum(weight * digit for weight, digit in zip((8, 6, 4, 2, 3, 5, 9, 7), digits, strict=False)) % 11
    return digits[8] == {10: 0, 11: 5}.get(rest, rest)


def _colissimo(number: str) -> bool:
    """A digit, a letter, ten digits and their check digit: modulo 10 with weights 3 and 1 from the right."""
    if number[:2].isalpha():
        return _s10(number)
    digits = [int(digit) for digit in reversed(number[2:12])]
    total = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return (10 - total % 10) % 10 == int(number[12])


def _ups(number: str) -> bool:
    values = [int(each) if each.isdigit() else (ord(each) - 63) % 10 for each in number[2:]]
    total = sum(value * (2 if place % 2 else 1) for place, value in enumerate(values[:15]))
    return (10 - total % 10) % 10 == values[15]


def _fedex(number: str) -> bool:
    weights = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
    total = sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False))
    return total % 11 % 10 == int(number[11])


def _dhl(number: str) -> bool:
    return int(number[:9]) % 7 == int(number[9])


def _dpd(number: str) -> bool:
    """Fourteen digits, and where there is a fifteenth character, their check character (ISO 7064, mod 37,36)."""
    if len(number) < 15:
        return True
    characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    rest = 36
    for each in number[:14]:
        rest = (rest + int(each)) % 36 or 36
        rest = rest * 2 % 37
    return characters[(37 - rest) % 36] == number[14]


@dataclass(frozen=True)
class Known:
    """``page`` with ``{number}`` alone to fill in; empty for carriers without one. ``pattern`` is of a whole number."""

    label: str
    page: str = ""
    hosts: tuple[str, ...] = ()
    pattern: re.Pattern[str] = re.compile(r".*")
    check: Callable[[str], bool] = lambda _: True


CARRIERS: Mapping[Carrier, Known] = {
    "chronopost": Known(
        "Chronopost",
        "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={number}&langue=fr",
        ("chronopost.fr",),
        re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}"),
        _s10,
    ),
    "colissimo": Known(
        "La Poste - Colissimo",
        "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
        ("laposte.fr", "colissimo.fr"),
        re.compile(r"[0-9][A-Z][0-9]{11}|[A-Z]{2}[0-9]{9}[A-Z]{2}"),
        _colissimo,
    ),
    "dpd": Known(
        "DPD",
        "https://trace.dpd.fr/fr/trace/{number}",
        ("dpd.fr", "dpd.com"),
        re.compile(r"[0-9]{12,14}|[0-9]{14}[0-9A-Z]"),
        _dpd,
    ),
    "ups": Known(
        "UPS",
        "https://www.ups.com/track?loc=fr_FR&tracknum={number}",
        ("ups.com",),
        re.compile(r"1Z[0-9A-Z]{15}[0-9]"),
        _ups,
    ),
    "fedex": Known(
        "FedEx", "https://www.fedex.com/fedextrack/?trknbr={number}", ("fedex.com",), re.compile(r"[0-9]{12}"), _fedex
    ),
    "gls": Known(
        "GLS",
        "https://gls-group.com/FR/fr/suivi-colis/?match={number}",
        ("gls-group.com",),
        re.compile(r"[0-9]{11,12}"),
    ),
    "dhl": Known(
        "DHL Express",
        "https://www.dhl.com/fr-fr/home/suivi.html?tracking-id={number}&submit=1",
        ("dhl.com", "dhl.fr"),
        re.compile(r"[0-9]{10}"),
        _dhl,
    ),
    "other": Known(""),
}

MOST = 60


def tracking_number(pasted: str) -> str:
    """The number in ``pasted``, which may have spaces, be in lower case, or be a link to a carrier's page; empty
    where there is none."""
    number = _linked(pasted) if "://" in pasted else pasted
    found = re.sub(r"[^0-9A-Z/_-]", "", codes.code(number))
    return found if len(found) <= MOST and re.search(r"[0-9A-Z]", found) else ""


_PLAUSIBLE = re.compile(r"(?=.*[0-9])[0-9A-Za-z_-]{4,}")


def _linked(link: str) -> str:
    """Of all words of a link the longest that some carrier numbers its parcels by; else its last word that can be a
    number at all."""
    parts = _parts(link)
    words = [value for _, value in parse_qsl(parts.query)] + [unquote(part) for part in parts.path.split("/") if part]
    numbers = [word for word in words if _fitting(tracking_number(word))]
    others = [word for word in words if _PLAUSIBLE.fullmatch(word)]
    return max(numbers, key=len, default=others[-1] if others else "")


def _parts(link: str) -> SplitResult:
    """Those of an empty link where it is none."""
    try:
        return urlsplit(link)
    except ValueError:
        return urlsplit("")


def suggested(pasted: str) -> Carrier:
    """The carrier of the page that a pasted link leads to, or the only one that numbers parcels so; else ``other``."""
    host = (_parts(pasted).hostname or "") if "://" in pasted else ""
    for name, known in CARRIERS.items():
        if any(host == own or host.endswith(f".{own}") for own in known.hosts):
            return name
    fitting = _fitting(tracking_number(pasted))
    return fitting[0] if len(fitting) == 1 else "other"


def _fitting(number: str) -> list[Carrier]:
    return [name for name, known in CARRIERS.items() if name != "other" and _fits(known, number)]


def is_doubtful(carrier: Carrier, number: str) -> bool:
    """Whether ``number`` is not of the form, or has not the check digit, of this carrier's numbers."""
    return bool(number) and carrier != "other" and not _fits(CARRIERS[carrier], number)


def tracking_url(carrier: Carrier, number: str) -> str:
    page = CARRIERS[carrier].page
    return page.format(number=quote(number, safe="")) if page and number else ""


def _fits(known: Known, number: str) -> bool:
    return known.pattern.fullmatch(number) is not None and known.check(number)


def label(carrier: Carrier, language: Language) -> str:
    return CARRIERS[carrier].label or labels.OTHER_CARRIER[language]


def name(carrier: Carrier, number: str) -> str:
    """As a sentence names a parcel: *Chronopost XY123456785FR*; by its number alone where the carrier is another."""
    return " ".join(part for part in (CARRIERS[carrier].label, number) if part) or labels.OTHER_CARRIER["fr"]
