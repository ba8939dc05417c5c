"""An exchange as people play it on its pages."""

from __future__ import annotations

import itertools
import re
from typing import Any

from playwright.async_api import Page, expect
from tests.portal.conftest import Visit

from demonstration.caller import Caller, eventually
from devstack.testing import world as worlds
from devstack.testing.world import World

COUNTER = itertools.count(1)
BOXES = ("checkbox", "radio")


class Story:
    """An incident on a contract of its own, whose product is ``serial("A")``."""

    def __init__(self, ours: World, visit: Visit | None) -> None:
        self.ours = ours
        self._visit = visit
        self.mark = f"{ours.mark}S{next(COUNTER)}"
        self.number = ""

    def serial(self, letter: str) -> str:
        return f"{letter}{self.mark}"

    async def begin(self) -> Story:
        body = {**worlds.contracts(self.ours)[self.ours.contract], "serial_number": self.serial("A"), "articles": []}
        await self.ours.office.put(f"/backoffice/contracts/{self.mark}", body)
        wanted: Any = {"contract_number": self.mark, "serial_numbers": [self.serial("A")]}
        self.number = await worlds.declared(self.ours, **wanted)
        return self

    async def open_as(self, who: str) -> Page:
        """The tab of exchanges, as ``sqp_support`` or as a person of the world."""
        assert self._visit is not None, "a story without browser"
        path = f"/incidents/{self.number}?onglet=echange"
        if who == "sqp_support":
            return await self._visit(who, path)
        return await self._visit(f"{who}-{self.ours.mark.lower()}", path, password=worlds.PASSWORD)

    async def approve(self, **more: Any) -> None:
        wanted = {"serial_number": self.serial("A"), "approve": True, **more}
        await self.ours.office.post(f"/incidents/{self.number}/exchanges", wanted)

    async def step(self, step: str, line: int = 1, **more: Any) -> None:
        await self.ours.office.post(f"/incidents/{self.number}/exchanges/{line}/steps", {"step": step, **more})

    async def deliver(self, letter: str, line: int = 1) -> None:
        await self.step("reserve", line, serial_number=self.serial(letter))
        parcel = {"lines": [line], "carrier": "dpd", "shipped": True}
        sent = await self.ours.office.post(f"/incidents/{self.number}/shipments", parcel)
        await self.ours.office.post(f"/shipments/{sent['id']}/news", {"state": "delivered"})

    async def line(self, line: int = 1) -> dict[str, Any]:
        found = await self.ours.reseller.get(f"/incidents/{self.number}/exchanges")
        return next(dict(each) for each in found["items"] if each["line"] == line)

    async def covered(self, letter: str, who: Caller | None = None) -> None:
        """Until contracts covers this unit."""

        async def known() -> bool | None:
            found = await (who or self.ours.reseller).get("/coverage", serial=self.serial(letter))
            return True if found["covered"] else None

        await eventually(known, what=f"cover of {letter}")


async def act(page: Page, label: str, told: str, line: int = 1, **fields: str | bool) -> None:
    """Opens the form whose button says ``label``, fills it by the names of its fields, sends it, and waits for the
    sentence that the page tells then."""
    card = page.locator(f"#ligne-{line}")
    scope = card if await card.count() else page.locator("main")
    named = page.locator("button", has_text=re.compile(f"^\\s*{re.escape(label)}\\s*$"))
    form = scope.locator("form").filter(has=named)
    button = form.locator("button", has_text=label)
    if not await button.is_visible():
        await scope.locator("details").filter(has=named).locator("summary").first.click()
    for name, value in fields.items():
        field = form.locator(f"[name='{name}']").first
        if isinstance(value, bool):
            await field.set_checked(value)
        elif await field.evaluate("each => each.tagName") == "SELECT":
            await field.select_option(label=value)
        else:
            await field.fill(value)
    await button.click()
    await expect(page.locator(".exchange-line").filter(has_text=told).first).to_be_visible()
