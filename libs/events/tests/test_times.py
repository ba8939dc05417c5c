"""Every day and moment of an event is one that any reader can show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from events import CATALOGUE, Envelope
from events.times import Day, Moment

BOUNDS = (get_args(Day)[1:], get_args(Moment)[1:])


def times(model: type[BaseModel]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each field of ``model`` that holds a day or a moment, at every depth, with what bounds it."""
    for name, field in model.model_fields.items():
        yield from _times(field.annotation, tuple(field.metadata), f"{model.__name__}.{name}")


def _times(kind: Any, metadata: tuple[Any, ...], place: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if hasattr(kind, "__metadata__"):
        yield from _times(get_args(kind)[0], kind.__metadata__, place)
    elif get_origin(kind) in (Union, UnionType, list, tuple, dict):
        for argument in get_args(kind):
            yield from _times(argument, metadata, place)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from times(kind)
    elif kind is AwareDatetime or (isinstance(kind, type) and issubclass(kind, date)):
        yield place, metadata


def test_every_day_and_moment_is_bounded() -> None:
    models: list[type[BaseModel]] = [Envelope, *CATALOGUE.values()]
    found = [each for model in models for each in times(model)]
    assert {place for place, _ in found} > {"Envelope.time", "ContractRegistered.starts_on", "Extension.ordered_at"}
    assert {place for place, bounds in found if not any(set(kept) <= set(bounds) for kept in BOUNDS)} == set()


@pytest.mark.parametrize(
    "value",
    ["0001-01-01T00:00:00+14:00", "1989-12-31T23:59:59Z", "2101-01-01T00:00:00Z", "2020-12-23T17:27", "soon"],
)
def test_a_moment_of_no_time_or_no_place_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(value)


@pytest.mark.parametrize("value", ["0001-01-01", "1989-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_of_no_time_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(value)


@pytest.mark.parametrize("value", ["1990-01-01", "2100-12-31"])
def test_the_first_and_the_last_day_are_kept(value: str) -> None:
    assert TypeAdapter(Day).validate_python(value).isoformat() == value
