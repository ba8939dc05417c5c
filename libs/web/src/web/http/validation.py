"""What pydantic finds wrong with a request, as the problem that its caller is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from web.errors import MalformedInput
from web.http import field_messages
from web.i18n import Language

# Of one request: who has as many reads none of them, and an answer is no larger than what it answers.
MOST_ERRORS = 50
# Of a name that the sender may have made up: enough to find it by.
MOST_OF_A_NAME = 200


def malformed(found: Sequence[Any], language: Language) -> MalformedInput:
    """``found`` as pydantic lists it (``ValidationError.errors()``)."""
    return MalformedInput(errors=[_field(item, language) for item in found[:MOST_ERRORS]])


def _field(item: Any, language: Language) -> dict[str, str]:
    """Never echoes the value: it may be a password."""
    name = ".".join(map(str, item["loc"]))
    return {
        "field": name if len(name) <= MOST_OF_A_NAME else f"{name[: MOST_OF_A_NAME - 1]}…",
        "message": field_messages.message(item, language),
        "type": item["type"],
    }
