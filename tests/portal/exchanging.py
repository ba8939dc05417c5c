"""An exchange as people play it on its pages."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect
from tests.portal.conftest import Visit

from devstack.testing import world as worlds
from devstack.testing.exchange import Exchange
from devstack.testing.world import World


class Story(Exchange):
    """An exchange, and the pages that its people open."""

    def __init__(self, world: World, visit: Visit) -> None:
        super().__init__(world)
        self.visit = visit

    async def open_as(self, who: str) -> Page:
        """The tab of exchanges, as ``sqp_support`` or as a person of the world."""
        path = f"/incidents/{self.number}?onglet=echange"
        if who == "sqp_support":
            return await self.visit(who, path)
        return await self.visit(f"{who}-{self.world.mark.lower()}", path, password=worlds.PASSWORD)


async def act(page: Page, label: str, told: str, line: int = 1, **fields: str | bool) -> None:
    """Opens the form with the button ``label``, fills it by the names of its fields (a choice by its value or its
    words), sends it, and waits for the sentence that the page tells then."""
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
            await field.select_option(value)
        else:
            await field.fill(value)
    await button.click()
    await expect(page.locator(".exchange-line").filter(has_text=told).first).to_be_visible()
