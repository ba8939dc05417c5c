"""Numbers of contracts, products and incidents as pages, labels and guides write them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from web.schemas import ContractNumber, Serial
from web.text.codes import latin, unlabelled
from web.text.folding import exactly, words

NUMBER = TypeAdapter(ContractNumber)
SERIAL = TypeAdapter(Serial)


@pytest.mark.parametrize(
    "written",
    [
        "62001",
        "contrat 62001",
        "Contrat n°62001",
        "Contrat : n° 62001",
        "Contrat de maintenance n° 62001",
        "Numéro de contrat 62001",
        "N° du contrat : 62001",
        "contract no. 62001",
        "contract number 62001",
        "n° 62001",
        "N°62001",
        "№ 62001",
        "nº62001",
        "n. 62001",
        "no 62001",
        "numéro : 62001",
        "#62001",
        "(62001)",
        "« n° 62001 »",
        "62001.",
    ],
)
def test_a_contract_number_is_read_without_its_label(written: str) -> None:
    assert NUMBER.validate_python(written) == "62001"
    assert words(written) == ["62001"]
    assert exactly(written) == "62001"


@pytest.mark.parametrize(
    "written",
    [
        "WCC4-50001",
        "S/N WCC4-50001",
        "S/N: WCC4-50001",
        "S/N:WCC4-50001",
        "(S/N) WCC4-50001",
        "SN: WCC4-50001",
        "SN WCC4-50001",
        "S.N. WCC4-50001",
        "N° de série: WCC4-50001",
        "N°\u00a0de\u00a0série\u00a0:\u00a0WCC4-50001",
        "N° DE SÉRIE WCC4-50001",
        "n° série WCC4-50001",
        "Numéro de série : WCC4-50001",
        "No de serie WCC4-50001",
        "Série WCC4-50001",
        "Serial: WCC4-50001",
        "Serial number WCC4-50001",
        "Serial No: WCC4-50001",
        "[S/N: WCC4-50001].",
        "*WCC4-50001*",
        "]C1WCC4-50001",
        "]d2S/N: WCC4-50001",
        "“WCC4-50001”",
        "WСС4-50001",
    ],
    ids=ascii,
)
def test_a_serial_number_is_read_without_its_label_and_in_latin_letters(written: str) -> None:
    assert SERIAL.validate_python(written) == "WCC4-50001"
    assert words(written) == ["wcc450001"]
    assert exactly(written) == "WCC450001"


@pytest.mark.parametrize("slash", ["/", "\u2215", "\u2044", "\uff0f"], ids=ascii)
def test_a_slash_is_a_slash(slash: str) -> None:
    assert SERIAL.validate_python(f"ab1{slash}2") == "ab1/2"


@pytest.mark.parametrize(
    "number", ["SN123456", "SERIAL123", "S.N.123", "NR-1234", "N123", "QB/50001", "NO12", "CONTRAT5", "a_b-c.9"]
)
def test_a_number_that_begins_like_a_label_is_kept(number: str) -> None:
    assert SERIAL.validate_python(number) == number


@pytest.mark.parametrize("written", ["S/N", "N° de série :", "n°", "()", "QB50001 et QB50002 (NAS)", "QБ50001"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        NUMBER.validate_python(written)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("mailto:cb@b.test", ["cbbtest"]),
        ("Tél. 01 23 45 67 89", ["0123456789"]),
        ("☎ 01 23 45 67 89", ["0123456789"]),
        ("NAS en panne, S/N: QB50001", ["nas", "en", "panne", "qb50001"]),
        ("1640NСN124600", ["1640ncn124600"]),
        ("1640ΝCΝ124600", ["1640ncn124600"]),
        ("contrat de Dupont", ["contrat", "de", "dupont"]),
        ("série limitée", ["serie", "limitee"]),
        ("no reply", ["no", "reply"]),
        ("#urgent", ["urgent"]),
        ("ООО Ромашка", ["ооо", "ромашка"]),
    ],
)
def test_labels_are_no_words_to_search_for_but_words_are(asked: str, found: list[str]) -> None:
    assert words(asked) == found


@pytest.mark.parametrize(
    ("word", "typed"),
    [("АВ12", "AB12"), ("хк5", "XK5"), ("Νικ7", "NIK7"), ("АВ", "АВ"), ("Ж12", "Ж12"), ("é12", "é12"), ("ab1", "ab1")],
    ids=ascii,
)
def test_only_numbers_are_read_in_latin_letters(word: str, typed: str) -> None:
    assert latin(word) == typed


@pytest.mark.parametrize("padding", [" ", "\u00a0", "n° ", "contrat ", "numéro de ", "a\u0301\u0316", "."], ids=ascii)
def test_what_is_far_too_long_for_a_number_is_refused_unread(padding: str) -> None:
    with pytest.raises(ValidationError, match="string_too_long"):
        NUMBER.validate_python("n°" + padding * 100_000 + "x")


def test_a_label_may_stand_far_from_its_number() -> None:
    assert NUMBER.validate_python("contrat n°" + " " * 300 + "62001") == "62001"
    assert unlabelled("n°" + " " * 100_000 + "x contrat" + " " * 100_000 + "62001").split()[-1] == "62001"
