"""Bases of requests and answers, and the types of all text, days and moments in them.

Requests forbid unknown fields.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from events.times import is_within
from web.clock import PARIS
from web.i18n import Invalid
from web.text import characters, codes, countries, mailboxes, phones

_ISO = re.compile(r"\d{4}-\d\d-\d\d")
# Terminal sequences and invisible characters do not count towards a length; this bounds how many are read.
_RAW_PER_KEPT = 10


def _make_strict(schema: Any) -> None:
    """Pydantic's strict mode is for a whole model and would refuse days and ids, which are strings in JSON."""
    if isinstance(schema, dict):
        if schema.get("type") in ("bool", "int"):
            schema["strict"] = True
        schema = list(schema.values())
    if isinstance(schema, list | tuple):
        for part in schema:
            _make_strict(part)


class Request(BaseModel):
    """Booleans and integers must be those of JSON: neither 0 nor "no" is false, neither "12" nor 12.0 is 12."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _make_strict(schema)
        return schema


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


@dataclass(frozen=True)
class Intake:
    """Pasted text: normalised by ``normal``, empty if nothing of it is visible, then limited in length."""

    normal: Callable[[str], str]
    most: int
    least: int = 0

    def __call__(self, value: str) -> str:
        if len(value) > self.most * _RAW_PER_KEPT:
            raise PydanticKnownError("string_too_long", {"max_length": self.most})
        kept = self.normal(value)
        if characters.is_blank(kept):
            kept = ""
        if len(kept) < self.least:
            raise PydanticKnownError("string_too_short", {"min_length": self.least})
        if len(kept) > self.most:
            raise PydanticKnownError("string_too_long", {"max_length": self.most})
        return kept

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"minLength": self.least, "maxLength": self.most}


def one_line(value: str) -> str:
    """Raises Invalid if ``value`` contains a line break."""
    kept = characters.line(value)
    if "\n" in kept:
        raise Invalid("Une seule ligne est attendue.", "One line only.")
    return kept


def reference(value: str) -> str:
    """A product's reference, which is also the end of a path. Raises Invalid."""
    bare = value.strip()
    if any(unicodedata.category(character) == "Cc" for character in bare):
        raise Invalid("Les caractères de contrôle ne sont pas admis.", "Control characters are not allowed.")
    kept = one_line(bare)
    # The error of an empty one is about its length.
    if "\\" in kept or (kept and not {"", ".", ".."}.isdisjoint(kept.split("/"))):
        raise Invalid(
            "Une référence ne contient ni « \\ », ni « // », ni « . » ou « .. » entre deux « / », et ne commence ni ne "
            "finit par « / ».",
            "A reference holds no “\\”, no “//”, no “.” or “..” between slashes, and neither begins nor ends with “/”.",
        )
    return kept


def _email(value: str) -> str:
    return mailboxes.canonical(value) if value else value


def _phone(value: str, info: ValidationInfo) -> str:
    """Without country code, a number is one of the address's country, which stands before it in its model."""
    return phones.canonical(value, (info.data or {}).get("country") or phones.HOME) if value else value


def _written(value: Any) -> Any:
    """Numbers are not dates: their unit and origin would be guesses."""
    if isinstance(value, str):
        value = characters.plain(value).strip()
    if isinstance(value, date) or (isinstance(value, str) and _ISO.match(value)):
        return value
    raise PydanticKnownError("date_from_datetime_parsing", {"error": "ISO 8601"})


def _written_moment(value: Any) -> Any:
    try:
        return _written(value)
    except PydanticKnownError:
        raise PydanticKnownError("datetime_parsing", {"error": "ISO 8601"}) from None


def _within(value: date) -> date:
    if not is_within(value):
        raise Invalid("Une date entre 1990 et 2100 est attendue.", "A date between 1990 and 2100 is expected.")
    return value


def _aware(value: datetime) -> datetime:
    moment = value if value.tzinfo else value.replace(tzinfo=PARIS)
    _within(moment)
    _within(moment.astimezone(PARIS).date())  # the day that it is shown with
    return moment.astimezone(UTC)


def _country(value: str) -> str:
    code = value.upper()
    if code not in countries.CODES:
        raise Invalid(
            "Un code de pays à deux lettres est attendu, par exemple FR.",
            "A country code of two letters is expected, such as FR.",
        )
    return code


def _postal_code(value: str, info: ValidationInfo) -> str:
    """Validated if the country stands before it in its model."""
    country = (info.data or {}).get("country")
    return countries.postal_code(value, country) if country else value


def _with_host(address: str) -> str:
    """Raises Invalid for what looks like an address and leads nowhere: without a host, or with half of one."""
    try:
        is_good = not address or bool(urlsplit(address).hostname and urlsplit(address).port != 0)
    except ValueError:
        is_good = False
    if not is_good:
        raise Invalid("Ce n’est pas l’adresse d’une page.", "This is not the address of a page.")
    return address


Line = Annotated[str, Intake(one_line, least=1, most=200)]
OptionalLine = Annotated[str, Intake(one_line, most=200)]
Paragraphs = Annotated[str, Intake(characters.paragraphs, least=1, most=10_000)]
OptionalParagraphs = Annotated[str, Intake(characters.paragraphs, most=10_000)]
EmailAddress = Annotated[str, Intake(one_line, least=1, most=320), AfterValidator(_email)]
# One type instead of a union, because errors of a union name its members beside the field.
OptionalEmail = Annotated[str, Intake(one_line, most=320), AfterValidator(_email)]
Phone = Annotated[str, Intake(one_line, least=1, most=60), AfterValidator(_phone)]
OptionalPhone = Annotated[str, Intake(one_line, most=60), AfterValidator(_phone)]
Day = Annotated[date, BeforeValidator(_written), AfterValidator(_within)]
Moment = Annotated[datetime, BeforeValidator(_written_moment), AfterValidator(_aware)]
Country = Annotated[str, Intake(one_line, least=2, most=2), AfterValidator(_country)]
ContractNumber = Annotated[codes.Bare, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,20}$")]
Serial = Annotated[codes.Bare, StringConstraints(pattern=r"^[0-9A-Za-z._/-]{1,60}$")]
Code = Annotated[codes.Upper, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
# In a path, its slashes may stand as they are or as %2F.
Reference = Annotated[str, Intake(reference, least=1, most=80)]
WebAddress = Annotated[
    str, StringConstraints(pattern=r"^(https?://[^\s\x00-\x1f\"<>]{1,500})?$"), AfterValidator(_with_host)
]
PostalCode = Annotated[str, Intake(one_line, least=1, most=20), AfterValidator(_postal_code)]


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """``total`` is exact up to 10,000; beyond, ``total_is`` says ``at_least``. ``next`` leads to the following page."""

    items: list[Item]
    total: int
    total_is: Literal["exact", "at_least"] = "exact"
    next: str | None = None
