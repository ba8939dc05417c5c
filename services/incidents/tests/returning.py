"""Returns of an exchange whose replacement was delivered, as holders and the back office tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from devkit.harness import back_office
from web.clock import PARIS

FAULTY = "Q207B17555"
START = datetime(2026, 5, 19, 10, tzinfo=PARIS)
FIRST, SECOND, OUTBOUND = "6A07648914126", "RR473124829FI", "XY123456785FR"
OFFICE = back_office("exchanges:write", "incidents:read")


async def delivered(desk: Any) -> str:
    """The number of an incident whose NAS was exchanged in advance, with the replacement delivered now."""
    number: str = await desk.replaced(tracking_number=OUTBOUND)
    return number


def returns(line: dict[str, Any]) -> list[tuple[str, str]]:
    parcels = [each for each in line["shipments"] if each["direction"] == "return"]
    return sorted((each["tracking_number"], each["state"]) for each in parcels)


def told(line: dict[str, Any], step: str) -> list[str]:
    return [fact["note"] for fact in line["timeline"] if fact["step"] == step]


async def office(desk: Any, number: str, step: str, **more: Any) -> Any:
    return await desk.as_(OFFICE).post(f"/incidents/{number}/exchanges/1/steps", json={"step": step, **more})
