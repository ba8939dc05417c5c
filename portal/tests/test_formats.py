"""Whatever a service ever stored is shown, and never an error page."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from portal import formats


@pytest.mark.parametrize(
    ("stored", "day", "moment"),
    [
        ("2026-03-01T23:30:00Z", "02/03/2026", "02/03/2026 00:30"),
        ("9999-12-31T23:59:59Z", "31/12/9999", "31/12/9999 23:59"),
        ("0001-01-01T00:00:00+14:00", "01/01/0001", "01/01/0001 00:00"),
        ("0001-01-01T00:00:00Z", "01/01/0001", "01/01/0001 00:09"),
    ],
)
def test_any_stored_date_is_shown(stored: str, day: str, moment: str) -> None:
    assert formats.day(datetime.fromisoformat(stored)) == day
    assert formats.moment(datetime.fromisoformat(stored)) == moment


def test_no_date_is_shown_as_nothing() -> None:
    assert (formats.day(None), formats.moment(None)) == ("", "")


def test_dates_of_the_calendars_ends_are_shown() -> None:
    assert [formats.day(value) for value in (date.min, date.max)] == ["01/01/0001", "31/12/9999"]
    assert formats.moment(datetime.max.replace(tzinfo=UTC)) == "31/12/9999 23:59"


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        (0, "0 octet", "0 bytes"),
        (None, "0 octet", "0 bytes"),
        (1, "1 o", "1 B"),
        (1023, "1023 o", "1023 B"),
        (1024, "1 Ko", "1 KB"),
        (1024 * 1024 - 1, "1,0 Mo", "1.0 MB"),
        (1_468_006, "1,4 Mo", "1.4 MB"),
        (20 * 1024 * 1024, "20,0 Mo", "20.0 MB"),
    ],
)
def test_a_size_has_the_units_of_its_language(amount: int | None, french: str, english: str) -> None:
    shown = [formats.size(amount, "fr"), formats.size(amount, "en")]
    assert [text.replace("\u00a0", " ") for text in shown] == [french, english]


def test_guillemets_hold_on_to_what_is_between_them() -> None:
    assert formats.unbroken("Il a écrit: « Bonjour ! »") == "Il a écrit: «\u00a0Bonjour !\u00a0»"


@pytest.mark.parametrize(
    ("value", "query", "shown"),
    [
        ("Café Nœud", "cafe noeud", "<mark>Café</mark> <mark>Nœud</mark>"),
        ("Q207B-17555", "q207b17555", "<mark>Q207B-17555</mark>"),
        ("<b> & Co", "co", "&lt;b&gt; &amp; <mark>Co</mark>"),
        ("A" * 18, "", "A" * 18),
        ("A" * 19, "", f'<span class="long">{"A" * 19}</span>'),
        (f"NAS {'A' * 9}-{'B' * 9}", "ab", f'NAS <span class="long">{"A" * 8}<mark>A-B</mark>{"B" * 8}</span>'),
        ("09/12/2023", "2023-12-09", "<mark>09/12/2023</mark>"),
        (None, "a", ""),
        (29962, "996", "2<mark>996</mark>2"),
    ],
)
def test_what_a_search_found_is_marked_in_the_notation_of_the_row(value: object, query: str, shown: str) -> None:
    assert formats.marked(value, query) == shown
