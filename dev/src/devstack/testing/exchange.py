"""An exchange as SQP's back office plays it by API, and what contracts says of its units."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import uuid4

from demonstration.caller import Caller, eventually
from devstack.testing.world import World, contracts, declared
from web import clock

COUNTER = itertools.count(1)


class Exchange:
    """An incident on a contract of its own; its product is ``serial("A")``, replacements are B and C."""

    def __init__(self, world: World) -> None:
        self.world = world
        # Beside the world's own contracts numbers sort alike as texts and by their values.
        self.mark = f"{world.mark}-Z{next(COUNTER):04d}"
        self.number = ""

    def serial(self, letter: str) -> str:
        return f"{letter}{self.mark}"

    async def begin(self) -> Exchange:
        body = {**contracts(self.world)[self.world.contract], "serial_number": self.serial("A"), "articles": []}
        await self.world.office.put(f"/backoffice/contracts/{self.mark}", body)
        self.number = await declared(self.world, contract_number=self.mark, serial_numbers=[self.serial("A")])
        return self

    async def approve(self, **more: Any) -> None:
        wanted = {"serial_number": self.serial("A"), "approve": True, **more}
        await self.world.office.post(f"/incidents/{self.number}/exchanges", wanted)

    async def step(self, step: str, line: int = 1, **more: Any) -> None:
        await self.world.office.post(f"/incidents/{self.number}/exchanges/{line}/steps", {"step": step, **more})

    async def deliver(self, letter: str, line: int = 1) -> None:
        """The replacement is reserved, sent and delivered; every fact is told twice."""
        await self.step("reserve", line, serial_number=self.serial(letter))
        tracking = f"DPD{self.serial(letter)}"
        parcel = {"incident_number": self.number, "lines": [line], "carrier": "dpd", "tracking_number": tracking}
        identifier, now = uuid4(), clock.now().isoformat()
        facts = [
            {"carrier": "dpd", "tracking_number": tracking.lower(), "state": state, "at": now}
            for state in ("delivered", "shipped")
        ]
        for _ in range(2):
            await self.world.office.put(f"/backoffice/shipments/{identifier}", parcel)
            await self.world.office.post("/backoffice/tracking", {"facts": facts})

    async def line(self, line: int = 1, by: Caller | None = None) -> dict[str, Any]:
        found = await (by or self.world.reseller).get(f"/incidents/{self.number}/exchanges")
        return next(each for each in found["items"] if each["line"] == line)

    async def covered(self, letter: str, *, expected: bool) -> dict[str, Any]:
        """What contracts says of a unit, once it says whether it is covered as expected."""

        async def known() -> dict[str, Any] | None:
            found: dict[str, Any] = await self.world.reseller.get("/coverage", serial=self.serial(letter))
            return found if found["covered"] is expected else None

        return await eventually(known, what=f"cover of {letter}: {expected}")
