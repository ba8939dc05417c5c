"""Bases of requests and answers: requests forbid what they do not know."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


def _no_control_characters(value: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t\r" for character in value):
        raise ValueError("control characters are not allowed")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise ValueError("one line only")
    return _no_control_characters(value)


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_one_line)]
OptionalLine = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(_one_line)]
Paragraphs = Annotated[
    str,
    StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True),
    AfterValidator(_no_control_characters),
]
OptionalParagraphs = Annotated[
    str, StringConstraints(max_length=10_000, strip_whitespace=True), AfterValidator(_no_control_characters)
]
EmailAddress = Annotated[
    str,
    StringConstraints(
        min_length=3, max_length=254, strip_whitespace=True, pattern=r"^[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+$"
    ),
    AfterValidator(_one_line),
]
# One pattern rather than a union, whose errors would name its members beside the field.
OptionalEmail = Annotated[
    str,
    StringConstraints(
        max_length=254, strip_whitespace=True, pattern=r"^([^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+)?$"
    ),
    AfterValidator(_one_line),
]
Phone = Annotated[str, StringConstraints(max_length=30, strip_whitespace=True, pattern=r"^[0-9+(). /-]*$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
