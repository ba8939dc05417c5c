"""axe finds nothing on any page in either theme, and every page holds its layout at every width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from tests.portal.paths import PLACES, RESELLER, Place
from tests.portal.walking import DESKTOP, PHONE, SETTLED, Walker
from tests.portal.widths import misfits

pytestmark = pytest.mark.e2e

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}

every_page = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)


async def violations(page: Page) -> list[str]:
    await page.evaluate(SETTLED)
    found = (await Axe().run(page, options=RULES)).response["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@every_page
async def test_a_page_is_accessible_and_holds_its_layout_at_every_width(walker: Walker, place: Place) -> None:
    async with walker.at(place, color_scheme="light") as page:
        assert await violations(page) == []
        assert await misfits(page) == []
    assert walker.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("theme", "size"), [("dark", DESKTOP), ("dark", PHONE), ("light", PHONE)], ids=["dark", "dark phone", "light phone"]
)
@every_page
async def test_a_page_is_accessible_in_every_theme_and_size(
    walker: Walker, place: Place, theme: Literal["light", "dark"], size: Mapping[str, int]
) -> None:
    async with walker.at(place, color_scheme=theme, viewport=size) as page:
        assert await violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_panel_palette_suggestions_and_menu_are_accessible(
    walker: Walker, theme: Literal["light", "dark"]
) -> None:
    async def opened(keys: str, shown: str, **then: Any) -> None:
        async with walker.at(Place("opened", RESELLER, "/contrats"), color_scheme=theme) as page:
            await page.locator("#content").focus()
            await page.keyboard.press(keys)
            if then:
                await page.keyboard.type(then["typed"])
            await page.locator(shown).first.wait_for()
            assert await violations(page) == []

    await opened("Control+k", "#palette [role=option]")
    await opened("/", "#finder-list [role=option]", typed="test")
    async with walker.at(Place("opened", RESELLER, "/contrats"), color_scheme=theme) as page:
        await page.locator("#bell").click()
        await page.locator("#panel-title").wait_for()
        await page.locator("details.menu summary").click()
        assert await violations(page) == []
