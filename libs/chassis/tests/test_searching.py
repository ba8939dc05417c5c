"""Search: one fold in Python and in SQL, and notations that find each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, literal, select, text

from chassis.searching import fold_sql, matches, patterns
from web.errors import MalformedInput
from web.text.characters import APOSTROPHES, DASHES, LINE_BREAKS, QUOTES, SPACES
from web.text.folding import LETTERS, MAX_WORDS, fold, marked_spots, searchable, words

FOLDS = [
    ("Éric  ÉLODIE", "eric elodie"),
    ("Manufacture Dubœuf", "manufacture duboeuf"),
    ("NŒUD Ægir", "noeud aegir"),
    ("Straße, STRASSE, ẞ", "strasse, strasse, ss"),
    ("Łódź Ørsted Đorđe Ħal Þór Iğdır", "lodz orsted dorde hal thor igdir"),
    ("TS‑131K – TS−131K ‐ ﹣", "ts-131k - ts-131k - -"),
    ("L’Oréal L'Oréal Lʼoréal L`oréal", "l'oreal l'oreal l'oreal l'oreal"),
    ("« Nom » “nom”", '" nom " "nom"'),
    ("a\u200bb\u200ec\ufeffd\u00ade\u2060f", "abcdef"),
    ("\u3164x\u2800y\u115f\uffa0z", "xyz"),
    ("a\u00a0b\u202fc\td\u2003e\u2028f", "a b c d e f"),
    ("ＴＳ－１３１Ｋ ﬁn №5 ①", "ts-131k fin no5 1"),
    ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
    ("שָׁלוֹם", "שלום"),
    ("´x′ \u02b9", "'x' '"),
    ("   ", ""),
    ("\u200b\u2060", ""),
]


def finds(query: str, *values: str | date, phones: tuple[str, ...] = ()) -> bool:
    row = searchable(values, phones)
    return all(word in row for word in words(query))


@pytest.mark.parametrize(("value", "folded"), FOLDS)
def test_one_fold(value: str, folded: str) -> None:
    assert fold(value) == folded
    assert fold(folded) == folded


@pytest.fixture(scope="module")
def owner(started: Any) -> Iterator[Engine]:
    engine = create_engine(started.service.settings.database_owner_url.get_secret_value())
    with engine.begin() as connection:
        connection.exec_driver_sql(fold_sql())
    yield engine
    engine.dispose()


def test_sql_folds_as_python_does(owner: Engine) -> None:
    letters = [*LETTERS, *map(str.upper, LETTERS)]
    # Every character of the scripts that customers' names are written in, and of every table of look-alikes.
    everything = [chr(point) for point in (*range(0x20, 0x0530), *range(0x1E00, 0x2070), *range(0xFE00, 0xFFEF))]
    alike = list(DASHES + APOSTROPHES + QUOTES + SPACES + LINE_BREAKS)
    assigned = [c for c in everything if unicodedata.category(c) not in ("Cn", "Cs", "Mn", "Me")]
    values = [value for value, _ in FOLDS] + [f"x{c}y" for c in (*letters, *alike, *assigned) if c != "\x1b"]
    with owner.connect() as connection:
        statement = text("SELECT value, fold(value) FROM unnest(CAST(:values AS text[])) AS value")
        rows = connection.execute(statement, {"values": values}).all()
    assert [(value, fold(value)) for value, _ in rows] == [tuple(row) for row in rows]


PHONES = ("0123456789", "01 23 45 67 89", "+33123456789", "01.23.45.67.89", "01-23-45-67-89", "01/23/45/67/89",
          "+33 1 23 45 67 89", "0033 1 23 45 67 89", "0033123456789", "+33 (0)1 23 45 67 89", "+33(0)123456789",
          "01\u202f23\u202f45\u202f67\u202f89", "01\u00a023\u00a045\u00a067\u00a089", "(01) 23 45 67 89",
          "tel:+33123456789", "tel: 01 23 45 67 89", "\u202a+33 1 23 45 67 89\u202c")  # fmt: skip


@pytest.mark.parametrize("stored", ["0123456789", "01 23 45 67 89", "+33123456789", "+33 (0)1 23 45 67 89"])
@pytest.mark.parametrize("asked", PHONES)
def test_any_notation_of_a_telephone_finds_any_other(stored: str, asked: str) -> None:
    assert finds(asked, "Client Test", phones=(stored,))
    assert len(words(asked)) == 1
    assert not finds(asked, "Client Test", phones=("01 23 45 67 88",))


FORMATS = [
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
]


@given(
    region=st.sampled_from(["FR", "BE", "CH", "DE", "IT", "ES", "GB", "LU", "GP", "RE"]),
    changes=st.text("0123456789", min_size=4, max_size=4),
    kept=st.sampled_from(FORMATS),
    asked=st.sampled_from(FORMATS),
)
def test_numbers_of_any_country_are_found_in_every_format(region: str, changes: str, kept: Any, asked: Any) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    example.national_number = int(f"{str(example.national_number)[:-4]}{changes}")
    stored, typed = (phonenumbers.format_number(example, form) for form in (kept, asked))
    if kept == phonenumbers.PhoneNumberFormat.NATIONAL and region != "FR":
        stored = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert finds(typed, "Client", phones=(stored,))


@pytest.mark.parametrize(
    "asked",
    ["09/12/2023", "09-12-2023", "09.12.2023", "9/12/2023", "9.12.23", "09/12/23", "2023-12-09", "2023/12/09",
     "2023.12.9", "12/2023", "09‑12‑2023", "09/12", "09122023", "09/12/20", "09 12 2023", "2023-12"],
)  # fmt: skip
def test_any_notation_of_a_date_finds_it(asked: str) -> None:
    assert finds(asked, date(2023, 12, 9))


@pytest.mark.parametrize(
    "asked",
    ["9 décembre 2023", "09 DECEMBRE 2023", "samedi 9 décembre 2023", "sam. 9 déc. 2023", "9 dec 2023",
     "décembre 2023", "déc. 2023", "9 December 2023", "Sat 9 Dec 2023", "9th december, 2023",
     "le 9 décembre 2023", "le samedi 9 déc. 23", "9 dec 23", "9\u00a0déc.\u202f2023"],
)  # fmt: skip
def test_a_date_in_words_finds_it(asked: str) -> None:
    assert finds(asked, date(2023, 12, 9))
    assert not finds(asked, date(2024, 12, 9))
    assert finds(asked, f"Panne du {asked} au soir")


@pytest.mark.parametrize("asked", ["8 mai 1945", "rue du 11 novembre", "mars", "1er mai", "Avril", "Mai 68"])
def test_words_that_are_months_are_words_too(asked: str) -> None:
    assert finds(asked, f"Garage {asked} SARL")


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.sampled_from("/.-\u2011\u2013"), st.booleans())
def test_every_date_is_found_in_both_orders(day: date, separator: str, iso: bool) -> None:
    parts = (f"{day.year}", f"{day:%m}", f"{day:%d}") if iso else (f"{day.day}", f"{day.month}", f"{day.year}")
    assert finds(separator.join(parts), day)
    assert not finds(separator.join(parts), date(1989, 12, 31))


@pytest.mark.parametrize("stored", ["Q207B17555", "Q207B-17555", "q207b/17555", "Q207B.17555"])
@pytest.mark.parametrize(
    "asked",
    ["Q207B17555", "q207b17555", "Q207B 17555", "*Q207B17555*", "Q207B\u200b17555", "Q207B–17555", "S/N: Q207B17555",
     "Ｑ２０７Ｂ17555", "\ufeffQ207B17555", "q207b.17555", "SN:Q207B17555", "Q207B_17555", "07B17"],
)  # fmt: skip
def test_any_notation_of_a_serial_number_finds_it(stored: str, asked: str) -> None:
    assert finds(asked, "29962", stored)
    assert not finds(asked, "29962", "Q207C17555")


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        ("duboeuf", "Manufacture Dubœuf"),
        ("Dubœuf", "MANUFACTURE DUBOEUF"),
        ("noeud", "Nœud réseau HS"),
        ("TS\u2011131K", "TS-131K"),
        ("ts131k", "NAS TS 131K en panne"),
        ("ts 131k", "TS-131K-1TIW"),
        ("loreal", "L’Oréal"),
        ("l'oréal", "L´Oréal"),
        ("le-roux", "Le Roux"),
        ("le roux", "LeRoux"),
        ("leroux", "Le Roux"),
        ("Dupont&Fils", "Dupont & Fils"),
        ("dupont fils", "Dupont & Fils"),
        ("jean.dupont@exemple.fr", "jean.dupont@exemple.fr"),
        ("exemple.fr", "jean.dupont@exemple.fr"),
        ("Contrat n°29962", "29962"),
        ("Contrat n° 29962", "29962"),
        ("Incident n. 26112610", "26112610"),
        ("#29962", "29962"),
        ("strasse", "Straße"),
        ("orsted", "Ørsted"),
        ("SY-RS2416RP+48TNS", "SY-RS2416RP+48TNS"),
        ("rs2416rp 48tns", "SY-RS2416RP+48TNS"),
        ("\u200bclient\u200e test\ufeff", "Client Test"),
        ("client test", "Client\u200b Te\u00adst"),
        ("100%", "100% Bio"),
        ("🎉", "Fête 🎉 HS"),
    ],
)
def test_what_people_type_or_paste_is_found(asked: str, stored: str) -> None:
    assert finds(asked, stored)


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("%", "Client Test"), ("_", "Client Test"), ("dupond", "Dupont"), ("29962 5", "29962"), ("ts-132", "TS-131K")],
)
def test_what_is_not_there_is_not_found(asked: str, stored: str) -> None:
    assert not finds(asked, stored)


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\ufeff \u00ad", "\u3164\u2800", "\u202e", "\u00a0"])
def test_what_cannot_be_seen_asks_nothing(nothing: str) -> None:
    assert words(nothing) == patterns(nothing) == []


@pytest.mark.parametrize("long", ["\ufdfa" * 200, "a b c d e f g h i j k l", "ﷺ a" * 70, "½ " * 100, "x" * 10_000])
def test_a_question_costs_at_most_eight_patterns(long: str) -> None:
    assert 0 < len(patterns(long)) <= MAX_WORDS
    assert sum(map(len, patterns(long))) <= 220


@given(st.text(max_size=400))
def test_any_question_is_bounded_and_folding_settles(anything: str) -> None:
    question = anything.replace("\0", "")
    assert len(patterns(question)) <= MAX_WORDS
    assert fold(fold(question)) == fold(question)


@given(st.text("abcÉœß12 -'’.,/\u200b&", min_size=1, max_size=60))
def test_a_value_is_found_by_itself(value: str) -> None:
    assert finds(value, value)


def test_a_nul_is_refused() -> None:
    with pytest.raises(MalformedInput):
        patterns("a\0b")


@pytest.mark.parametrize(
    ("value", "query", "marked"),
    [
        ("Q207B-17555", "q207b17555", "[Q207B-17555]"),
        ("Q207B17555", "Q207B 17555", "[Q207B17555]"),
        ("Manufacture Dubœuf", "duboeuf", "Manufacture [Dubœuf]"),
        ("Dubœuf", "boe", "Du[bœ]uf"),
        ("09/12/2023", "9-12-2023", "[09/12/2023]"),
        ("Client Élodie", "elo", "Client [Élo]die"),
        ("+33 1 23 45 67 89", "12345", "+33 [1 23 45] 67 89"),
        ("01 23 45 67 89", "+33 1 23 45 67 89", "[01 23 45 67 89]"),
        ("01 23 45 67 89 poste 12", "0033123456789", "[01 23 45 67 89 poste 12]"),
        ("+32 2 555 12 12", "02 555 12 12", "[+32 2 555 12 12]"),
        ("09/12/2023", "2023-12-09", "[09/12/2023]"),
        ("09/12/2023", "9/12/23", "[09/12/2023]"),
        ("31/02/2023", "2023-02-31", "31/02/2023"),
        ("TS–131K", "ts-131k", "[TS–131K]"),
        ("Café L’Oréal", "cafe l'oreal", "[Café] [L’Oréal]"),
        ("Client", "", "Client"),
        ("Client", "%", "Client"),
    ],
)
def test_what_matched_is_known_place_by_place(value: str, query: str, marked: str) -> None:
    spots = marked_spots(value, query)
    shown, inside = "", False
    for character, spot in zip(value, spots, strict=True):
        shown += "[" * (spot and not inside) + "]" * (inside and not spot) + character
        inside = spot
    assert shown + "]" * inside == marked


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
@pytest.mark.parametrize("added", ["", "' OR 'a' = 'a", "%", "\\", "/", ":name %(name)s", "; --"])
def test_what_is_searched_is_itself_and_no_part_of_the_statement(owner: Engine, added: str, value: str) -> None:
    """The words stand in the statement."""
    query = " ".join(words(value + added)[:MAX_WORDS])
    with owner.connect() as connection:
        found, missed = connection.execute(
            select(matches(literal(searchable([query])), query), matches(literal(""), query))
        ).one()
    assert found
    assert missed is not True or not words(query)
