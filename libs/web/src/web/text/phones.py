"""Telephone numbers: read in any notation, kept as E.164, shown as people write them."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from web.i18n import Invalid
from web.text.characters import plain

HOME: Final = "FR"
# French numbers of ten digits beyond the mainland have country codes of their own (ARCEP's numbering plan).
_OVERSEAS: Final = {
    **dict.fromkeys(("0590", "0690", "0691"), "GP"),
    **dict.fromkeys(("0594", "0694"), "GF"),
    **dict.fromkeys(("0596", "0696", "0697"), "MQ"),
    **dict.fromkeys(("0262", "0263", "0692", "0693"), "RE"),
    **dict.fromkeys(("0269", "0639"), "YT"),
}
_EXTENSION: Final = re.compile(
    r"[\s,;(/-]*(?:poste|post|p\.|ligne|interne|int\.?|extension|ext\.?|x|#|;ext=|,)\s*[:.=°]?\s*(\d{1,7})\s*\)?$",
    re.IGNORECASE,
)
_SIGNS: Final = "☎☏✆📞📱📲📠🕻🕾🕿🖀"
_WORDS: Final = (
    "téléphone|telephone|tél|tel|phone|mobile|mob|portable|port|gsm|natel|cell|fixe|fax|télécopie|telecopie|standard|"
    "std|accueil|bureau|bur|domicile|dom|maison|personnel|perso|professionnel|prof|pro|travail|office|home|work|"
    "direct|directe|ligne|numéro|numero|n°|callto|sms|t|m|f|p"
)
# Labels that a page or a signature writes before a number, and in brackets or after a comma behind it.
_LABEL: Final = re.compile(rf"(?:\s|[:./°-]|\((?:{_WORDS})\.?\)|(?:{_WORDS})(?![^\W\d_])|[{_SIGNS}])+", re.IGNORECASE)
_REMARK: Final = re.compile(rf"[\s,-]*(?:\((?:{_WORDS})\.?\)|(?:{_WORDS})\.?|[{_SIGNS}])$", re.IGNORECASE)
# RFC 3966: what a local number is dialled within.
_CONTEXT: Final = re.compile(r";phone-context=(\+\d+)", re.IGNORECASE)
_PARAMETER: Final = re.compile(r";(?!ext=)[a-z-]+=[^;]*", re.IGNORECASE)
_DOTS: Final = str.maketrans(dict.fromkeys("·•‧∙⋅・_", "."))
_WRITTEN: Final = re.compile(r"[\d\s+()./\[\]-]*")


def canonical(value: str, region: str = HOME) -> str:
    """``+33123456789`` of ``01 23 45 67 89``, ``+33123456789;ext=12`` with an extension; a short number as it is.

    ``region`` is where a number without country code is dialled. Raises Invalid.
    """
    written = _unlabelled(plain(value))
    number, extension = written, ""
    if found := _EXTENSION.search(written):
        number, extension = written[: found.start()], found[1]
    if not _WRITTEN.fullmatch(number):
        raise _invalid()
    if short := _short(number, region):
        return short
    parsed = _parsed(number, region)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return f"{e164};ext={extension}" if extension else e164


def normalised(value: str) -> str:
    """:func:`canonical`, with any other text left as it is: for rows stored before numbers were validated."""
    try:
        return canonical(value)
    except Invalid:
        return value


def shown(value: str) -> str:
    """``01 23 45 67 89 poste 12`` of a French number, ``+32 2 123 45 67`` of another; any other text as it is."""
    number = _stored(value)
    if number is None:
        return value
    home = number.country_code == phonenumbers.country_code_for_region(HOME)
    extension, number.extension = number.extension, None
    written = phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    )
    return f"{written} poste {extension}" if extension else written


def uri(value: str) -> str:
    """The URI of a link (RFC 3966): ``tel:+33123456789``, with ``;ext=12`` where there is one."""
    try:
        return f"tel:{canonical(value)}"
    except Invalid:
        return "tel:" + re.sub(r"[^0-9+]", "", value)


def _unlabelled(value: str) -> str:
    """``01 23 45 67 89`` of ``Tél. 01 23 45 67 89 (bureau)`` and of ``tel:01-23-45-67-89;phone-context=+33``."""
    context = _CONTEXT.search(value)
    number = _PARAMETER.sub("", value).translate(_DOTS).strip()
    if label := _LABEL.match(number):
        number = number[label.end() :]
    number = _REMARK.sub("", number).strip()
    return f"{context[1]} {number}" if context and "+" not in number else number


def _short(number: str, region: str) -> str | None:
    """A number of three to six digits that is dialled only within its country, such as 3900."""
    digits = re.sub(r"\D", "", number)
    if "+" in number or not 3 <= len(digits) <= 6 or region not in phonenumbers.SUPPORTED_SHORT_REGIONS:
        return None
    short = PhoneNumber(country_code=phonenumbers.country_code_for_region(region), national_number=int(digits))
    return digits if phonenumbers.is_valid_short_number_for_region(short, region) else None


def _parsed(number: str, region: str) -> PhoneNumber:
    """As a number in use in ``region`` or, dialled alike, in France; else as one of the right length in ``region``.

    The library's ranges are as old as its release, so that a number outside them may be in use all the same.
    """
    home = _OVERSEAS.get(re.sub(r"\D", "", number)[:4], HOME)
    region = home if region == HOME or region in _OVERSEAS.values() else region
    for dialled_in in dict.fromkeys((region, home)):
        with suppress(NumberParseException):
            parsed = phonenumbers.parse(number, dialled_in)
            if phonenumbers.is_valid_number(parsed):
                return parsed
    try:
        parsed = phonenumbers.parse(number, region)
    except NumberParseException:
        raise _invalid() from None
    if not phonenumbers.is_possible_number(parsed) or _keeps_its_prefix(parsed):
        raise _invalid()
    return parsed


def _keeps_its_prefix(number: PhoneNumber) -> bool:
    """A digit is missing: ``01 23 45 67 8`` has the length of a French number only with its national prefix."""
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    prefix = phonenumbers.ndd_prefix_for_region(region, True)
    return bool(prefix and phonenumbers.national_significant_number(number).startswith(prefix))


def _stored(value: str) -> PhoneNumber | None:
    """None for short numbers, and for rows stored before numbers were validated."""
    try:
        stored = value if value.startswith("+") else canonical(value)
        return phonenumbers.parse(stored) if stored.startswith("+") else None
    except (NumberParseException, Invalid):
        return None


def _invalid() -> Invalid:
    return Invalid(
        "Un seul numéro de téléphone est attendu, par exemple 01 23 45 67 89 ou +32 2 123 45 67.",
        "One telephone number is expected, such as 01 23 45 67 89 or +32 2 123 45 67.",
    )
