"""Which consumers take which event. Written down by ``scripts/generate-docs`` from the services' own registrations,
so that what knows no service (the gateway's pages, the AsyncAPI document) can still tell."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

# Events that nobody takes yet, and why they are told all the same.
UNCONSUMED: dict[str, str] = {}


@cache
def subscriptions() -> dict[str, list[str]]:
    """Queue names by event type, both sorted."""
    found: dict[str, list[str]] = json.loads(files("events").joinpath("subscriptions.json").read_text("utf-8"))
    return found


def consumers_of(type_: str) -> list[str]:
    return subscriptions().get(type_, [])
