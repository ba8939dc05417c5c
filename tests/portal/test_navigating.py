"""What the other browser tests rely on: after a submit, they act on the new page and expect things of that alone."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect
from tests.portal.declaring import Form, choose, file, fill, rows, submit

pytestmark = pytest.mark.e2e


async def test_an_expectation_that_the_old_page_meets_waits_for_the_new_one(form: Form) -> None:
    page = await form()

    async def slowly(route: Route) -> None:
        if route.request.method == "HEAD":
            await asyncio.sleep(1)
        await route.continue_()

    await page.route("**/reach*.js", slowly)
    await submit(page)
    await expect(page.get_by_label("Descriptif")).to_be_visible()
    assert await page.locator("#description-wrong").count() == 1


async def test_a_page_whose_form_waits_for_its_files_is_still_there(form: Form) -> None:
    page = await form()
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/fichiers", hold)
    await choose(page, file("journal.log", b"abc"))
    await fill(page)
    await submit(page)
    await expect(rows(page)).to_contain_text("journal.log")
    held.set()
