"""What is wrong with a request is told in a few words, however much was sent."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from web.http.validation import MOST_ERRORS, MOST_OF_A_NAME, malformed
from web.schemas import Request


class Inner(Request):
    amounts: dict[str, int] = Field(default_factory=dict)


class Sample(Request):
    line: str = ""
    inner: Inner = Field(default_factory=Inner)


class Shipped(Request):
    step: Literal["shipped"]


class Lost(Request):
    step: Literal["lost"]


class Step(Request):
    said: Annotated[Shipped | Lost, Field(discriminator="step")]


LONG = "k" * 100_000


@pytest.mark.parametrize(
    ("sent", "begins"),
    [
        ({LONG: 1}, "kkk"),
        ({"é" * 300: 1}, "éé"),
        ({"inner": {LONG: 1}}, "inner.kkk"),
        ({"inner": {"amounts": {LONG: "x"}}}, "inner.amounts.kkk"),
        ({f"{LONG}{number}": 1 for number in range(200)}, "kkk"),
    ],
    ids=["a name", "not ASCII", "of a part", "a key", "many"],
)
def test_a_made_up_name_is_told_shortly(sent: dict[str, Any], begins: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate(sent)
    told = malformed(refused.value.errors(), "fr").members["errors"]
    assert all(each["field"].startswith(begins) and each["field"].endswith("…") for each in told)
    assert max(len(each["field"]) for each in told) == MOST_OF_A_NAME
    assert len(told) <= MOST_ERRORS
    assert len(json.dumps(told)) < MOST_ERRORS * (MOST_OF_A_NAME + 200)


@pytest.mark.parametrize("name", ["line", "k" * MOST_OF_A_NAME])
def test_a_name_of_usual_length_is_told_whole(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate({name: []})
    assert [each["field"] for each in malformed(refused.value.errors(), "fr").members["errors"]] == [name]


@pytest.mark.parametrize("said", [{}, {"step": "flown"}, {"step": None}], ids=str)
def test_the_field_that_tells_kinds_apart_is_named_where_it_says_none(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Step.model_validate({"said": said})
    assert [each["field"] for each in malformed(refused.value.errors(), "fr").members["errors"]] == ["said.step"]
