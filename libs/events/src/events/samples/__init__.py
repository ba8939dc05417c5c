"""One released sample per event type, as it travels: structured CloudEvents JSON. A sample is never removed."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def sample(type_: str) -> dict[str, Any]:
    """The envelope of the sample of ``type_``; raises FileNotFoundError if there is none."""
    content: dict[str, Any] = json.loads(files(__name__).joinpath(f"{type_}.json").read_text("utf-8"))
    return content


def types() -> list[str]:
    """Every type that was ever released, sorted."""
    return sorted(
        entry.name.removesuffix(".json") for entry in files(__name__).iterdir() if entry.name.endswith(".json")
    )
