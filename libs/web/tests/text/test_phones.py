"""Telephone numbers as signatures, pages and telephones write them, and which of them lack a digit."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from web.i18n import Invalid
from web.schemas import OptionalPhone, Phone
from web.text import phones

NUMBER = "+33123456789"
NOTATIONS = [
    "0123456789",
    "01 23 45 67 89",
    "01\u00a023\u00a045\u00a067\u00a089",
    "01\u202f23\u202f45\u202f67\u202f89",
    "01\u201123\u201145\u201167\u201189",
    "01–23–45–67–89",
    "01.23.45.67.89",
    "01/23/45/67/89",
    "(01) 23 45 67 89",
    "\u202a01 23 45 67 89\u202c",
    "\u200e+33\u00a01\u00a023\u00a045\u00a067\u00a089\u200e",
    "+33 (0)1 23 45 67 89",
    "+33(0)123456789",
    "0033 1 23 45 67 89",
    "tel:+33123456789",
    "tel:+33-1-23-45-67-89",
    "Tél. : 01 23 45 67 89",
    "T: 01 23 45 67 89",
    "\ufeff01 23 45 67 89\t",
]
EXTENSIONS = [
    "poste 12",
    "(poste 12)",
    "x12",
    " x 12",
    "ext. 12",
    ";ext=12",
    "p. 12",
    "Poste\u00a0: 12",
    "#12",
    ",12",
    "/ int. 12",
]


def _read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize("written", NOTATIONS, ids=ascii)
def test_any_notation_of_a_number_is_one_number(written: str) -> None:
    assert _read(Phone, written) == NUMBER


@pytest.mark.parametrize("extension", EXTENSIONS, ids=ascii)
def test_an_extension_is_kept(extension: str) -> None:
    stored = _read(Phone, f"01 23 45 67 89 {extension}")
    assert stored == f"{NUMBER};ext=12"
    assert _read(Phone, phones.shown(stored)) == stored


@pytest.mark.parametrize(
    ("written", "stored", "shown"),
    [
        ("+32 2 123 45 67", "+3221234567", "+32 2 123 45 67"),
        ("+1 (202) 555-0143", "+12025550143", "+1 202-555-0143"),
        ("0590 12 34 56", "+590590123456", "+590 590 12 34 56"),
        ("0 892 70 00 00", "+33892700000", "0 892 70 00 00"),
        ("3900", "3900", "3900"),
        ("", "", ""),
    ],
)
def test_a_number_is_shown_as_people_write_it(written: str, stored: str, shown: str) -> None:
    assert _read(OptionalPhone, written) == stored
    assert phones.shown(stored) == shown
    assert _read(OptionalPhone, shown) == stored


@pytest.mark.parametrize(
    "written", ["bientôt", "12", "01 23 45 67 89 / 06 12 34 56 78", "0800 NAS", "+", "()", "1" * 25]
)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        _read(Phone, written)


def test_what_was_stored_before_is_shown_as_it_is() -> None:
    assert phones.shown("0123456789") == "01 23 45 67 89"
    for value in ("voir accueil", "", "+", "+999", ";ext=1", "12"):
        assert phones.shown(value) == value
        assert phones.uri(value).startswith("tel:")


@pytest.mark.parametrize(
    "written",
    [
        "Tél. 01 23 45 67 89",
        "TÉL 01.23.45.67.89",
        "Tél. portable : 01 23 45 67 89",
        "Tél. (bureau) : 01 23 45 67 89",
        "Téléphone fixe\u00a0: 01 23 45 67 89",
        "Tel.: (+33) 1 23 45 67 89",
        "T. 01 23 45 67 89",
        "p 01 23 45 67 89",
        "Port. : 01 23 45 67 89",
        "mob. 01 23 45 67 89",
        "Fax: 01 23 45 67 89",
        "Std : 01 23 45 67 89",
        "Ligne directe : 01 23 45 67 89",
        "N° 01 23 45 67 89",
        "Phone: 01-23-45-67-89",
        "☎ 01 23 45 67 89",
        "☎\ufe0f\u00a001 23 45 67 89",
        "📞01 23 45 67 89",
        "📱 : 01 23 45 67 89",
        "01 23 45 67 89 ☎",
        "01 23 45 67 89 (bureau)",
        "01 23 45 67 89 (Tél.)",
        "01 23 45 67 89 - domicile",
        "01·23·45·67·89",
        "01•23•45•67•89",
        "01_23_45_67_89",
        "tel:+33-1-23-45-67-89;phone-context=x",
        "tel:1-23-45-67-89;phone-context=+33",
        "tel:+33123456789;isub=1",
        "callto://+33123456789",
    ],
    ids=ascii,
)
def test_what_stands_around_a_number_is_not_part_of_it(written: str) -> None:
    assert phones.canonical(written) == NUMBER


@pytest.mark.parametrize(
    "written",
    [
        "01 23 45 67 89, poste 4",
        "01 23 45 67 89 ; poste 4",
        "Tél. 01 23 45 67 89 p. 4",
        "☎ 01 23 45 67 89 (poste 4)",
        "01 23 45 67 89 poste 4 (bureau)",
        "tel:+33123456789;ext=4;phone-context=x",
    ],
)
def test_an_extension_is_kept_whatever_stands_around_it(written: str) -> None:
    assert phones.canonical(written) == f"{NUMBER};ext=4"


@pytest.mark.parametrize(
    ("country", "written", "stored"),
    [
        ("FR", "07 00 12 34 56", "+33700123456"),
        ("BE", "02 123 45 67", "+3221234567"),
        ("BE", "0470 12 34 56", "+32470123456"),
        ("CH", "044 668 18 00", "+41446681800"),
        ("LU", "26 12 34 56", "+35226123456"),
        ("LU", "123456", "+352123456"),
        ("DE", "030 1234567", "+49301234567"),
        ("GB", "020 7946 0123", "+442079460123"),
        ("IT", "06 1234 5678", "+390612345678"),
        ("US", "(202) 555-0143", "+12025550143"),
        ("NC", "12 34 56", "+687123456"),
        ("FR", "+687 12 34 56", "+687123456"),
        ("FR", "0590 12 34 56", "+590590123456"),
        ("FR", "0690 12 34 56", "+590690123456"),
        ("FR", "0594 12 34 56", "+594594123456"),
        ("FR", "0596 12 34 56", "+596596123456"),
        ("FR", "+596 696 20 12 34", "+596696201234"),
        ("FR", "0262 12 34 56", "+262262123456"),
        ("FR", "0269 60 12 34", "+262269601234"),
        ("RE", "0639 12 34 56", "+262639123456"),
        ("GP", "01 23 45 67 89", NUMBER),
        ("FR", "0 892 70 00 00", "+33892700000"),
    ],
)
def test_a_number_is_one_of_the_country_that_it_is_dialled_in(country: str, written: str, stored: str) -> None:
    assert phones.canonical(written, country) == stored
    assert phones.canonical(phones.shown(stored), country) == stored


@pytest.mark.parametrize(
    ("country", "written"),
    [
        ("FR", "01 23 45 67 8"),
        ("FR", "01 23 45 67 89 0"),
        ("FR", "+33 1 23 45 67 8"),
        ("FR", "+33 01 23 45 67 8"),
        ("FR", "0590 12 34 5"),
        ("FR", "+594 594 12 34 5"),
        ("FR", "+596 0596 12 34 5"),
        ("FR", "+262 262 12 34 5"),
        ("FR", "+687 12 34 5"),
        ("BE", "02 123 45 6"),
        ("CH", "044 668 18 0"),
        ("LU", "2"),
        ("DE", "030 1"),
        ("GB", "020 7946 01"),
        ("FR", "01 23 45 67 89 fax 01 23 45 67 88"),
        ("FR", "mobilette 01 23 45 67 89"),
        ("FR", "01 23 45 67 89 (demander Paul)"),
        ("FR", "Tél."),
        ("FR", "☎"),
        ("FR", "tel:"),
    ],
)
def test_a_number_that_lacks_a_digit_or_says_more_is_refused(country: str, written: str) -> None:
    with pytest.raises(Invalid):
        phones.canonical(written, country)
