"""docker-compose.yml as a plain ``docker compose up`` reads it: anchors merged, variables at their defaults."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml
from tests.cluster.rendering import ROOT

VARIABLE = re.compile(r"\$\{(\w+)(?::-((?:[^{}]|\$\{[^{}]*\})*))?\}")


def _at_defaults(text: str) -> str:
    """Variables replaced from the inside out; one without a default is empty."""
    while True:
        replaced = VARIABLE.sub(lambda match: match[2] or "", text)
        if replaced == text:
            return text
        text = replaced


@cache
def services() -> dict[str, dict[str, Any]]:
    """By service name; read only."""
    content = yaml.load(_at_defaults((ROOT / "docker-compose.yml").read_text()), yaml.CSafeLoader)
    found: dict[str, dict[str, Any]] = content["services"]
    return found


def environment(service: str) -> dict[str, str]:
    given = services()[service].get("environment", {})
    return {name: _text(value) for name, value in given.items()}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def networks(service: str) -> set[str]:
    return set(services()[service].get("networks", ()))


def reaches(client: str, server: str) -> bool:
    return bool(networks(client) & networks(server))


def seconds(duration: str) -> int:
    """Of compose's ``35s`` and ``2m``."""
    return sum(int(number) * {"s": 1, "m": 60}[unit] for number, unit in re.findall(r"(\d+)([sm])", duration))


def megabytes(size: str) -> int:
    """Of compose's ``384M``, ``1G`` and ``64m``, which all count in powers of two."""
    return int(size[:-1]) * {"M": 1, "G": 1024}[size[-1].upper()]
