"""Every figure of a dashboard is the total of the list that it leads to, before and after things have changed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page
from tests.portal.incidents import Declare

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
PATH = "/tableau-de-bord"
# Other tests change the demonstration's incidents meanwhile: a walk counts when the figures were the same after it.
TRIES = 4
TOTAL = re.compile(r'<p class="quiet small" role="status">\s*([\d\s\u00a0\u202f]+)\s')


async def figures(page: Page) -> dict[str, int]:
    await page.goto(PATH)
    found = await page.locator("a[data-figure]").evaluate_all(
        "(links) => links.map((link) => [link.getAttribute('href'), Number(link.dataset.figure)])"
    )
    assert found
    return dict(found)


async def totals(page: Page, addresses: list[str]) -> dict[str, int]:
    counted = {}
    for address in addresses:
        answer = await page.request.get(address)
        assert answer.status == 200, address
        total = TOTAL.search(await answer.text())
        assert total is not None, address
        counted[address] = int(re.sub(r"\D", "", total[1]))
    return counted


async def walked(page: Page) -> dict[str, int]:
    """The figures, each of which is its list's total."""
    for _ in range(TRIES):
        shown = await figures(page)
        counted = await totals(page, list(shown))
        if counted == shown or await figures(page) == shown:
            assert counted == shown
            return shown
    raise AssertionError("the figures never held still")


@pytest.mark.parametrize("login", ["sqp_support", "revendeur_test"])
async def test_every_figure_is_the_total_of_its_list(visit: Visit, login: str) -> None:
    shown = await walked(await visit(login, PATH))
    assert shown["/incidents?open=true"] > 0


async def test_a_declaration_is_in_the_figures_of_both_sides_at_once(visit: Visit, declare: Declare) -> None:
    pages = [await visit(login, PATH) for login in ("sqp_support", "revendeur_test")]
    await declare(title="Les chiffres en tiennent compte")
    for page in pages:
        shown = await walked(page)
        assert shown["/incidents?open=true&status=new&age=today"] >= 1
