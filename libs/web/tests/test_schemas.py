"""The intake of text, addresses, numbers and dates: what is pasted is read, stored one way, or refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from events import times
from web.clock import PARIS
from web.schemas import (
    Country,
    Day,
    Line,
    Moment,
    OptionalLine,
    OptionalPhone,
    Paragraphs,
    PostalCode,
    Reference,
    Request,
)


class Addressed(Request):
    country: Country = "FR"
    postal_code: PostalCode = "69001"
    phone: OptionalPhone = ""


def _read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


def test_a_number_without_country_code_is_one_of_its_address() -> None:
    assert Addressed(country="BE", postal_code="1000", phone="02 123 45 67").phone == "+3221234567"
    assert Addressed(country="BE", postal_code="1000", phone="01 23 45 67 89").phone == "+33123456789"


@pytest.mark.parametrize(
    "value", ["", " ", "\u200b", "\u3164", "\u2800", "\xad", "\u0301", "\x00", "\x1b[0m", "\u202e\u2069"]
)
def test_what_nobody_sees_is_empty(value: str) -> None:
    for kind in (Line, Paragraphs):
        with pytest.raises(ValidationError) as caught:
            _read(kind, value)
        assert caught.value.errors()[0]["type"] == "string_too_short"
    assert _read(OptionalLine, value) == ""


def test_length_is_counted_after_normalising() -> None:
    assert len(_read(Line, "e\u0301" * 200)) == 200
    assert len(_read(Line, "x\u200b" * 200)) == 200
    for value in ("x" * 201, "x" + "\u200b" * 5_000):
        with pytest.raises(ValidationError) as caught:
            _read(Line, value)
        assert caught.value.errors()[0]["ctx"] == {"max_length": 200}


def test_nul_never_comes_through() -> None:
    assert _read(Line, "a\0b") == "ab"
    assert _read(Paragraphs, "journal\0\0 md0\nfin") == "journal md0\nfin"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00+02:00", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-03-01T10:00:00", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-07-01 10:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_without_zone_is_one_of_paris(written: str, moment: datetime) -> None:
    assert _read(Moment, written) == moment
    assert _read(Moment, written).utcoffset() is not None


HOSTILE: list[Any] = [
    *(
        "0001-01-01T00:00:00+01:00",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01",
        "9999-12-31T23:59:59Z",
        "9999-12-31",
        "1989-12-31",
    ),
    *(
        "2101-01-01",
        "1e12",
        "1700000000",
        "0000-00-00",
        "2026-02-30",
        "hier",
        "",
        1e12,
        0,
        -1,
        True,
        1700000000,
        None,
        [],
        {},
    ),
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_a_date_out_of_the_business_is_refused(value: Any) -> None:
    for kind in (Day, Moment):
        with pytest.raises(ValidationError):
            _read(kind, value)


@pytest.mark.parametrize(
    "value",
    ["1990-01-01T00:00:00", "1990-01-01T00:00:00+14:00", "2100-12-31T23:59:59-12:00", "2100-12-31T23:30:00Z"],
)
def test_a_moment_is_judged_by_the_days_that_it_is_kept_and_shown_with(value: str) -> None:
    with pytest.raises(ValidationError):
        _read(Moment, value)


@given(st.datetimes(datetime(1989, 12, 30), datetime(2101, 1, 2)), st.one_of(st.none(), st.integers(-12 * 60, 14 * 60)))
def test_every_moment_that_the_api_accepts_an_event_accepts(naive: datetime, offset: int | None) -> None:
    zone = None if offset is None else timezone(timedelta(minutes=offset))
    try:
        moment = _read(Moment, naive.replace(tzinfo=zone).isoformat())
    except ValidationError:
        return
    assert TypeAdapter(times.Moment).validate_python(moment) == moment
    assert TypeAdapter(times.Day).validate_python(moment.astimezone(PARIS).date())


def test_a_day_is_a_day() -> None:
    assert _read(Day, "2026-03-01") == date(2026, 3, 1)
    assert _read(Day, "\u200e2026\u201103\u201101 ") == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("country", "written", "stored"),
    [
        ("FR", "69001", "69001"),
        ("fr", "F-69001", "69001"),
        ("FR", "69\u00a0001", "69001"),
        ("RE", "97400", "97400"),
        ("BE", "1000", "1000"),
        ("GB", "sw1a 1aa", "SW1A 1AA"),
        ("PT", "1000–001", "1000-001"),
        ("FR", "6900", None),
        ("FR", "1000", None),
        ("FR", "٦٩٠٠١", None),
        ("MC", "9800", None),
        ("BE", "demain !", None),
        ("ZZ", "69001", None),
        ("FRA", "69001", None),
    ],
)
def test_a_postal_code_is_judged_by_its_country(country: str, written: str, stored: str | None) -> None:
    fields = {"country": country, "postal_code": written}
    if stored is None:
        with pytest.raises(ValidationError):
            Addressed.model_validate(fields)
    else:
        assert Addressed.model_validate(fields).postal_code == stored


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("MXK32FN/A", "MXK32FN/A"),
        (" TS-131K-1TIW\n", "TS-131K-1TIW"),
        ("CL/1.5/..x/.y", "CL/1.5/..x/.y"),
        ("A\u00a0B\u2011C+%2F?#é", "A B-C+%2F?#é"),
        ("a/b/c/d", "a/b/c/d"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_reference_is_kept_as_one_line(written: str, kept: str) -> None:
    assert TypeAdapter(Reference).validate_python(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "/",
        "/A",
        "A/",
        "A//B",
        ".",
        "..",
        "A/../B",
        "./A",
        "A/.",
        "..\u200b/A",
        "A\\B",
        "A\nB",
        "A\0B",
        "A\tB",
        "x" * 81,
    ],
)
def test_a_reference_that_could_be_no_path_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Reference).validate_python(written)


class Shelf(Request):
    places: int = Field(ge=1)
    is_open: bool | None = None


class Depot(Request):
    shelves: list[Shelf] = Field(default_factory=list)
    by_name: dict[str, Shelf] = Field(default_factory=dict)
    since: Day | None = None
    owner: UUID | None = None


class Annex(Depot):
    main: Shelf | None = None


NO_NUMBERS: list[Any] = ["1", True, 1.0, 1.5, None, [1]]
NO_BOOLEANS: list[Any] = [0, 1, 0.0, "true", "no", "", []]


@pytest.mark.parametrize(
    "shelf",
    [
        *({"places": wrong} for wrong in NO_NUMBERS),
        *({"places": 1, "is_open": wrong} for wrong in NO_BOOLEANS),
    ],
    ids=str,
)
@pytest.mark.parametrize("place", ["main", "shelves", "by_name"])
def test_booleans_and_whole_numbers_are_jsons_own_at_any_depth(shelf: dict[str, Any], place: str) -> None:
    body = {place: {"main": shelf, "shelves": [shelf], "by_name": {"a": shelf}}[place]}
    with pytest.raises(ValidationError):
        Annex.model_validate(body)


def test_what_json_has_no_type_for_is_still_read() -> None:
    owner = "00000000-0000-0000-0000-000000000001"
    shelf = {"places": 2, "is_open": False}
    annex = Annex.model_validate({"main": shelf, "shelves": [shelf], "since": "2026-05-22", "owner": owner})
    assert (annex.since, annex.owner) == (date(2026, 5, 22), UUID(owner))
    assert annex.main == annex.shelves[0] == Shelf(places=2, is_open=False)
