"""Parcels as the back office tells of them, and an incident with two of them to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from devkit.harness import back_office
from web.clock import PARIS

NEW = "Q251I02233"
OFFICE = back_office("exchanges:write", "incidents:read")
START = datetime(2026, 5, 19, 10, tzinfo=PARIS)
NUMBER = "XY123456785FR"


async def two_to_send(desk: Any) -> str:
    """An incident on the NAS and its disk, each with an approved exchange and a replacement reserved."""
    await desk.register()
    declared: str = await desk.declare(serial_numbers=["Q207B17555", "Z9CBPM5M"])
    for line, (serial, replacement) in enumerate((("Q207B17555", NEW), ("Z9CBPM5M", "Z1")), 1):
        await desk.exchange(declared, serial)
        await desk.step(declared, "reserve", line, serial_number=replacement)
    return declared


async def put(desk: Any, identifier: Any, number: str, **more: Any) -> Any:
    body = {"incident_number": number, "lines": [1], "carrier": "chronopost", "tracking_number": NUMBER, **more}
    return await desk.as_(OFFICE).put(f"/backoffice/shipments/{identifier}", json=body)


async def leaves(desk: Any) -> str:
    """The id of the parcel of an exchange in advance that leaves now; ``desk.number`` is its incident."""
    await desk.register()
    desk.number = await desk.declare()
    await desk.exchange(desk.number)
    await desk.step(desk.number, "reserve", serial_number=NEW)
    parcel: str = await desk.ship(desk.number)
    return parcel


async def here(desk: Any, kind: str, outcome: str, serial: str = "Q207B17555") -> str:
    """An incident whose faulty unit, or what came for it, was inspected before anything left."""
    await desk.register()
    number: str = await desk.declare()
    await desk.exchange(number, type=kind)
    await desk.step(number, "receive", serial_number=serial)
    missing = {"missing": ["Alimentation"]} if outcome == "partial" else {}
    await desk.step(number, "inspect", outcome=outcome, note="Vu", **missing)
    return number
