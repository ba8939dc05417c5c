"""The files of an incident, as somebody sees them."""

from __future__ import annotations

from typing import Any

from devkit.harness import RESELLER
from web.auth.principal import Principal


async def files(desk: Any, number: str, by: Principal = RESELLER) -> list[dict[str, Any]]:
    attachments: list[dict[str, Any]] = (await desk.incident(number, by))["attachments"]
    return attachments
