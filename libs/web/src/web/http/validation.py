"""What pydantic finds wrong with a request, as the problem that its caller is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from web.errors import MalformedInput
from web.http import field_messages
from web.i18n import Language

# Errors reported for one request. More would help no reader, and the answer could be larger than the request.
MOST_ERRORS = 50
# Characters of a field's name that are repeated in the answer: the sender may have made it up.
MOST_OF_A_NAME = 200


def malformed(found: Sequence[Any], language: Language) -> MalformedInput:
    """``found`` as pydantic lists it (``ValidationError.errors()``)."""
    return MalformedInput(errors=[_field(item, language) for item in found[:MOST_ERRORS]])


def _field(item: Any, language: Language) -> dict[str, str]:
    """Never echoes the value: it may be a password."""
    # What says which of several kinds a body is of: the field at fault where it says none.
    kind = item["ctx"]["discriminator"].strip("'") if item["type"].startswith("union_tag_") else None
    name = ".".join(map(str, (*item["loc"], kind) if kind else item["loc"]))
    return {
        "field": name if len(name) <= MOST_OF_A_NAME else f"{name[: MOST_OF_A_NAME - 1]}…",
        "message": field_messages.message(item, language),
        "type": item["type"],
    }
