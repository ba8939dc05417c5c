"""Text, days and moments of every request come in through the types of ``web.schemas``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from chassis.http.app import create_app
from chassis.service import Service
from web import schemas

# Each is read by a parser of its own, which answers for any text.
PARSED = {"sort", "cursor", "q", "last_event_id", "idempotency_key", "if_match"}
# The portal's own document, whose storing has tests of its own.
DOCUMENTS = {"DraftPut.content", "MessageDraftPut.content"}
# What a browser's WebAuthn answers: its library reads it, and nothing of it is kept as it came.
SIGNED = {"SecondStep.passkey", "Proof.passkey", "PasskeyAdd.credential", "PasskeyLogIn.credential"}
FREE = DOCUMENTS | SIGNED
DAYS = (get_args(schemas.Day)[1:], get_args(schemas.Moment)[1:])


def _leaves(annotation: Any, metadata: tuple[Any, ...], place: str) -> Iterator[tuple[str, Any, tuple[Any, ...]]]:
    """Each value that ``annotation`` holds: its place, its bare type, and what bounds it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        yield from _leaves(inner, (*metadata, *more), place)
    elif origin in (Union, UnionType):
        for argument in get_args(annotation):
            yield from _leaves(argument, metadata, place)
    elif origin in (list, set, tuple, dict):
        for argument in get_args(annotation):
            yield from _leaves(argument, (), place)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from _leaves(field.annotation, tuple(field.metadata), f"{annotation.__name__}.{name}")
    else:
        yield place, annotation, metadata


def _is_loose(kind: Any, metadata: tuple[Any, ...]) -> bool:
    """Text without an intake or a pattern, or a date that is not bounded."""
    if kind in (str, bytes, SecretStr, Any):
        return not any(_bounds_text(entry) for entry in metadata)
    return kind in (date, datetime, time) and not any(set(days) <= set(metadata) for days in DAYS)


def _bounds_text(entry: Any) -> bool:
    if isinstance(entry, FieldInfo):
        return any(_bounds_text(held) for held in entry.metadata)
    pattern = getattr(entry, "pattern", None) or getattr(entry, "__dict__", {}).get("pattern")
    return isinstance(entry, schemas.Intake) or pattern is not None or getattr(entry, "func", None) is not None


def _parameters(dependant: Dependant) -> Iterator[tuple[str, Any, tuple[Any, ...]]]:
    fields = dependant.query_params + dependant.path_params + dependant.header_params + dependant.body_params
    for field in fields + dependant.cookie_params:
        if field.name not in PARSED:
            yield field.name, field.field_info.annotation, tuple(field.field_info.metadata)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


@pytest.fixture
def inputs(service: Service) -> list[tuple[str | None, list[tuple[str, Any, tuple[Any, ...]]]]]:
    """Each parameter and body of a route, with its leaves."""
    found = [
        (route.path, [leaf for leaf in _leaves(annotation, metadata, name) if leaf[0] not in FREE])
        for route in iter_route_contexts(create_app(service).routes)
        if (dependant := getattr(route, "dependant", None)) is not None
        for name, annotation, metadata in _parameters(dependant)
    ]
    assert any(leaves for _, leaves in found)
    return found


def test_every_text_and_every_date_of_a_request_is_typed(inputs: Any) -> None:
    loose = {f"{path}: {place}" for path, leaves in inputs for place, kind, bounds in leaves if _is_loose(kind, bounds)}
    assert sorted(loose) == []


def test_the_words_of_a_field_are_one_choice(inputs: Any) -> None:
    """Pydantic names the choice in the place of an error where there are two, and no form finds its field."""
    assert sorted({place for _, leaves in inputs for place in _chosen_twice(leaves)}) == []


def _chosen_twice(leaves: list[tuple[str, Any, tuple[Any, ...]]]) -> set[str]:
    choices = Counter(place for place, kind, _ in leaves if get_origin(kind) is Literal)
    return {place for place, count in choices.items() if count > 1}


class _Choices(BaseModel):
    one: Literal["a", ""]
    maybe: Literal["a"] | None
    twice: Literal["a"] | Literal[""]


def test_the_walk_finds_what_is_chosen_twice() -> None:
    assert _chosen_twice(list(_leaves(_Choices, (), ""))) == {"_Choices.twice"}


class _Loose(BaseModel):
    text: str
    texts: list[str]
    maybe: str | None
    day: date
    moment: datetime | None
    free: dict[str, Any]
    line: schemas.Line
    lines: list[schemas.OptionalLine]
    when: schemas.Moment | None
    on: schemas.Day


def test_the_walk_finds_what_is_loose() -> None:
    found = {
        place.removeprefix("_Loose.") for place, kind, bounds in _leaves(_Loose, (), "") if _is_loose(kind, bounds)
    }
    assert found == {"text", "texts", "maybe", "day", "moment", "free"}
