"""What ``GET /audit/{service}`` answers, in all services."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from web.schemas import Answer


class Entry(Answer):
    """``actor`` is a user's id, a service account's, or ``platform``; ``cursor`` leads to what came before."""

    service: str
    at: datetime
    actor: str
    actor_kind: Literal["person", "service", "platform"]
    actor_name: str
    action: str
    subject: str
    details: dict[str, Any]
    request_id: str | None
    cursor: str


class Trail(Answer):
    items: list[Entry]
    next: str | None
