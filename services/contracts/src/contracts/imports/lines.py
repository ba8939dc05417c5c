"""A block's lines as what they ask for, or as why they are refused."""

from __future__ import annotations

import json
import logging
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from api.imports import MOST_OF_A_LINE, ImportLine
from web.errors import BodyTooLarge, MalformedRequest, Problem
from web.http import json_bodies
from web.http.validation import malformed
from web.i18n import Language
from web.schemas import ContractNumber

log = logging.getLogger(__name__)

NUMBER: TypeAdapter[str] = TypeAdapter(ContractNumber)
LANGUAGES: tuple[Language, Language] = ("fr", "en")


@dataclass(frozen=True)
class Line:
    at: int
    wanted: ImportLine


@dataclass(frozen=True)
class Refusal:
    """``errors`` have their messages in both languages."""

    at: int
    number: str
    problem: Problem
    errors: tuple[dict[str, Any], ...] = ()

    def row(self) -> dict[str, Any]:
        said = {f"said_{language}": self.problem.sentence(language) for language in LANGUAGES}
        return {"line": self.at, "number": self.number, "code": self.problem.code, "errors": list(self.errors), **said}


def read(content: bytes, first_line: int) -> Iterator[Line | Refusal]:
    """Empty lines are passed over, and the marks that some programs set before a text of UTF-8."""
    for at, line in enumerate(content.split(b"\n"), first_line):
        text = line.removeprefix(BOM_UTF8)
        if text.strip():
            yield _read(at, text)


def _read(at: int, line: bytes) -> Line | Refusal:
    """By the limits of a request's body, as its own PUT would be read."""
    try:
        if len(line) > MOST_OF_A_LINE:
            raise BodyTooLarge(limit=MOST_OF_A_LINE)
        json_bodies.check(line)
        return Line(at, ImportLine.model_validate_json(line))
    except Problem as problem:
        return Refusal(at, "", problem)
    except ValidationError as error:
        found = error.errors()
        if any(item["type"] == "json_invalid" for item in found):
            return Refusal(at, "", MalformedRequest())
        french, english = (malformed(found, language) for language in LANGUAGES)
        both = zip(french.members["errors"], english.members["errors"], strict=True)
        errors = tuple({**fr, "message": {"fr": fr["message"], "en": en["message"]}} for fr, en in both)
        return Refusal(at, _number(line), french, errors)
    except Exception:
        # A defect of ours, which would otherwise keep every line after this one from being registered.
        log.exception("line %s cannot be read", at)
        return Refusal(at, "", Problem())


def _number(line: bytes) -> str:
    """Of a line that is JSON and refused for its fields."""
    try:
        said = json.loads(line)
        return NUMBER.validate_python(said.get("number") if isinstance(said, dict) else None)
    except ValueError:
        return ""
