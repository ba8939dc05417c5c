"""Every page holds its layout with values as long as the requests allow; the guide's rows are walked elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser
from tests.portal import longest
from tests.portal.paths import Place
from tests.portal.walking import Walker
from tests.portal.widths import misfits

from devstack.testing.running import RunningStack
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

# What a page shows only once somebody asks for it: what is folded, and the form of a new address.
UNFOLDED = """() => {
    for (const each of document.querySelectorAll("main details")) Object.assign(each, {name: "", open: true});
    for (const each of document.querySelectorAll("main option[value=new]")) each.selected = true;
}"""


@pytest.fixture(scope="module")
async def longest_walker(browser: Browser, site: RunningStack, ours: World) -> AsyncIterator[Walker]:
    walker = Walker(browser, site.url, await longest.facts(ours), longest.persons(ours))
    yield walker
    await walker.close()


@pytest.mark.parametrize("place", longest.PLACES, ids=lambda place: place.name)
async def test_a_page_with_the_longest_values_holds_its_layout_at_every_width(
    longest_walker: Walker, place: Place
) -> None:
    async with longest_walker.at(place) as page:
        assert await misfits(page) == []
        await page.evaluate(UNFOLDED)
        assert await misfits(page, (320, 1100)) == []


async def test_a_box_too_narrow_for_its_words_is_noticed(longest_walker: Walker) -> None:
    """The measure itself: a column that is crushed, and a page that is pushed aside."""
    async with longest_walker.at(longest.PLACES[0]) as page:
        await page.evaluate(
            "document.querySelector('.head h1').style.width = '30px';"
            "document.querySelector('.tools').style.width = '3000px'"
        )
        found = await misfits(page, (1024,))
    assert any("h1. breaks «Contrats»" in each for each in found)
    assert any("wider than its window" in each for each in found)
