"""Bases of requests and answers: requests forbid what they do not know."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from chassis.i18n import Invalid

# Marks that turn the direction of what follows: a name could pass for another.
_TURNS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


def no_control_characters(value: str) -> str:
    """Raises Invalid on control characters other than line ends and tabs, and on marks that turn the direction."""
    if any((ord(c) < 32 and c not in "\n\t\r") or ord(c) == 127 or c in _TURNS for c in value):
        raise Invalid("Les caractères de contrôle ne sont pas admis.", "Control characters are not allowed.")
    return value


def _one_line(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise Invalid("Une seule ligne est attendue.", "One line only.")
    return no_control_characters(value)


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(_one_line(value)):
        raise Invalid("Cette adresse e-mail n’est pas valable.", "This e-mail address is not valid.")
    return value


def _optional_email(value: str) -> str:
    return _email(value) if value else value


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_one_line)]
OptionalLine = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(_one_line)]
Paragraphs = Annotated[
    str,
    StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True),
    AfterValidator(no_control_characters),
]
OptionalParagraphs = Annotated[
    str, StringConstraints(max_length=10_000, strip_whitespace=True), AfterValidator(no_control_characters)
]
EmailAddress = Annotated[str, StringConstraints(max_length=254, strip_whitespace=True), AfterValidator(_email)]
# One type rather than a union, whose errors would name its members beside the field.
OptionalEmail = Annotated[
    str, StringConstraints(max_length=254, strip_whitespace=True), AfterValidator(_optional_email)
]
Phone = Annotated[str, StringConstraints(max_length=30, strip_whitespace=True, pattern=r"^[0-9+(). /-]*$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
