"""docker-compose.yml as its engine would read it: anchors merged, variables at their defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PROCESSES = ("api", "worker")

# The innermost variable first: a default may hold another one.
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^{}$]*))?\}")


def load(**variables: str) -> dict[str, Any]:
    """The file with ``variables`` set, and every other at its default."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    while (resolved := VARIABLE.sub(lambda match: variables.get(match[1], match[2] or ""), text)) != text:
        text = resolved
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def ours(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The containers that run this repository's code."""
    return {name: service for name, service in document["services"].items() if "build" in service}


def environment(service: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in service.get("environment", {}).items()}
