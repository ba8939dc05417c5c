"""An incident with unread messages is marked in the list and on its tabs, for clients and resellers, as it happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, Page, expect
from tests.portal.incidents import Declare, People, live

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


async def say(people: People, who: str, number: str, thread: str) -> None:
    await people(who).post(f"/incidents/{number}/messages?thread={thread}", {"body": "Bonjour", "file_ids": []})


def mark(page: Page, number: str) -> Locator:
    return page.locator("tr", has=page.locator(f'a[href="/incidents/{number}"]')).locator(".news")


async def seen(page: Page, number: str) -> None:
    """The mark is there for the eye as well."""
    await expect(mark(page, number)).to_have_text("Non lu")
    box = await mark(page, number).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (8, 8)


@pytest.mark.parametrize(
    ("reader", "writer", "thread", "tab"),
    [
        ("client_test", "revendeur_test", "client", "messagerie"),
        ("revendeur_test", "client_test", "client", "messagerie"),
        ("revendeur_test", "sqp_support", "sqp", "messagerie-sqp"),
    ],
)
async def test_an_unread_message_marks_the_list_and_its_tab_until_it_is_read(
    visit: Visit, declare: Declare, people: People, reader: str, writer: str, thread: str, tab: str
) -> None:
    number = await declare(by=reader)
    incidents = await visit(reader, f"/incidents?q={number}")
    await live(incidents)
    await expect(incidents.locator("tbody tr")).to_have_count(1)
    await expect(mark(incidents, number)).to_have_count(0)
    await say(people, writer, number, thread)
    await seen(incidents, number)
    page = await incidents.context.new_page()
    await page.goto(f"/incidents/{number}")
    await expect(page.locator(f"#tab-{tab} .news")).to_be_visible()
    await expect(page.locator(".tabs .news:visible")).to_have_count(1)
    await seen(incidents, number)
    await page.locator(f"#tab-{tab}").click()
    await expect(page.locator(".message")).to_have_count(1)
    await expect(page.locator(".tabs .news:visible")).to_have_count(0)
    await expect(mark(incidents, number)).to_have_count(0)


async def test_a_reseller_with_many_incidents_finds_the_mark_beyond_the_first_page(
    visit: Visit, declare: Declare, people: People
) -> None:
    title = "Baie qui chauffe, série longue"
    numbers = [await declare(title=f"{title} {each}", key=str(each)) for each in range(27)]
    page = await visit("revendeur_test", f"/incidents?q={title}")
    await live(page)
    await expect(page.locator("tbody .row-link")).to_have_count(25)
    await page.get_by_role("link", name="Afficher la suite").click()
    await expect(page.locator("tbody .row-link")).to_have_count(27)
    await say(people, "sqp_support", numbers[0], "sqp")
    await seen(page, numbers[0])
    await expect(page.locator("tbody .news")).to_have_count(1)
