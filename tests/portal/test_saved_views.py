"""Views of the queue in a browser: saved from what the queue shows, counted after the page, removed again."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Route, expect
from tests.portal.conftest import Visit
from tests.portal.incidents import Declare, live

pytestmark = pytest.mark.e2e

AGENT, COLLEAGUE = "sqp_support", "sqp_camille"


async def test_a_view_is_saved_counted_shared_and_removed(visit: Visit, declare: Declare) -> None:
    word = "Vuesauvee"
    for key in ("a", "b"):
        await declare(key=key, title=f"{word} {key}")
    page = await visit(AGENT, f"/a-traiter?q={word}&action=start")
    await live(page)
    await page.get_by_role("link", name="Enregistrer cette vue").click()
    await expect(page.get_by_text("Action : Prendre en charge")).to_be_visible()
    await page.get_by_label("Nom de la vue").fill(f"{word} à prendre")
    await page.get_by_label("Partager avec toute l’équipe SQP").check()
    await page.get_by_role("button", name="Enregistrer").click()
    tab = page.locator("#desk-views").get_by_role("link", name=re.compile(f"{word} à prendre"))
    await expect(tab).to_have_attribute("aria-current", "true")
    await expect(tab).to_contain_text("2")

    # What the queue shows is not that view any more.
    await page.locator("#desk-action").select_option("answer")
    await expect(tab).not_to_have_attribute("aria-current", "true")

    other = await visit(COLLEAGUE, "/a-traiter")
    await other.locator("#desk-views").get_by_role("link", name=re.compile(f"{word} à prendre")).click()
    await expect(other.get_by_role("link", name=f"{word} a", exact=True)).to_be_visible()

    await page.goto("/a-traiter/vues")
    await page.get_by_role("link", name=f"{word} à prendre", exact=True).click()
    await page.get_by_text("Supprimer la vue").click()
    await page.get_by_role("button", name="Supprimer", exact=True).click()
    await expect(page.get_by_text("La vue est supprimée.")).to_be_visible()


async def test_counters_that_fail_show_nothing_and_the_queue_stands(visit: Visit) -> None:
    page = await visit(AGENT, "/a-traiter/vues")

    async def refuse(route: Route) -> None:
        await route.fulfill(status=503, body="")

    await page.route("**/a-traiter/vues/onglets", refuse)
    async with page.expect_response("**/a-traiter/vues/onglets"):
        await page.goto("/a-traiter")
    await expect(page.locator("#desk-views .tally")).to_have_count(0)
    await expect(page.get_by_role("link", name="Gérer les vues")).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)
