"""Which consumers receive which event. ``scripts/generate-docs`` writes the list from the services' registrations,
so that the gateway and the AsyncAPI document need not import a service."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

# Events without a consumer so far, and why they are published.
UNCONSUMED: dict[str, str] = {}


@cache
def subscriptions() -> dict[str, list[str]]:
    """Queue names by event type, both sorted."""
    found: dict[str, list[str]] = json.loads(files("events").joinpath("subscriptions.json").read_text("utf-8"))
    return found
