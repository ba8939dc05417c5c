"""The view of the queue in which an agent works: whatever is done on an incident, *next* goes on in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import Visit
from tests.portal.incidents import Declare, composer, write

pytestmark = pytest.mark.e2e


async def move(page: Page) -> None:
    await page.get_by_label("Nouvel état").select_option("in_diagnosis")
    await page.get_by_role("button", name="Changer l’état").click()
    await expect(page.locator("#line")).to_contain_text("Diagnostic en cours")


async def take_back(page: Page) -> None:
    await page.locator("#tab-messagerie-sqp").click()
    await write(page, "Nous regardons.")
    await page.get_by_role("button", name="Annuler l’envoi").click()
    await expect(composer(page).locator("textarea")).to_have_value("Nous regardons.")


async def note(page: Page) -> None:
    await page.locator("#tab-notes").click()
    await composer(page).locator("textarea").fill("Troisième panne.")
    await composer(page).get_by_role("button", name="Enregistrer la note interne").click()
    await expect(page.locator(".message")).to_have_count(1)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("done", [move, take_back, note])
async def test_the_view_outlives_what_is_done_on_an_incident(
    visit: Visit, declare: Declare, done: Callable[[Page], Awaitable[None]], scripts: bool
) -> None:
    word = f"vue{uuid4().hex[:8]}"
    first, second = [await declare(key=key, title=f"{word} {key}") for key in ("a", "b")]
    page = await visit("sqp_support", f"/a-traiter?q={word}", java_script_enabled=scripts)
    await page.get_by_role("button", name="Suivant").click()
    await page.wait_for_url(f"**/incidents/{first}?*")
    await done(page)
    await page.reload()
    await page.get_by_role("button", name="Suivant").click()
    await page.wait_for_url(f"**/incidents/{second}?*")
