"""The guide, page 10: notifications."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import expect

from devstack.testing import world as worlds
from devstack.testing.world import World

pytestmark = pytest.mark.e2e


async def resolved(world: World) -> str:
    number = await worlds.declared(world)
    for status in ("in_diagnosis", "resolved"):
        version = (await world.support.get(f"/incidents/{number}"))["version"]
        change = {"status": status, "note": ""}
        await world.support.post(f"/incidents/{number}/status", change, if_match=f'"{version}"')
    return number


async def test_page_10_the_bell_tells_live_and_its_panel_leads_to_the_subject(as_reseller: Any, world: World) -> None:
    page = await as_reseller("/contrats")
    title = await page.title()
    before = int(await page.locator("#unread").inner_text() or 0)
    number = await resolved(world)
    await expect(page.locator("#unread")).to_have_text(str(before + 2))
    assert await page.title() == title
    await page.get_by_role("button", name="Notifications").click()
    panel = page.get_by_role("complementary", name="Panneau des notifications")
    await expect(panel.get_by_role("heading", name="Notifications")).to_be_focused()
    line = panel.get_by_role("listitem").first
    await expect(line).to_contain_text(f"[Nouveau statut] Incident n. {number}")
    await expect(line).to_contain_text("Cet incident a été résolu.")
    await expect(line).to_contain_text(re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d"))
    await expect(line).to_contain_text("Non lue")
    await line.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/incidents/{number}"))
    # The incident is read: what was said of it is, too.
    await expect(page.locator("#unread")).to_have_text(str(before or ""))


async def test_page_10_a_new_notification_enters_the_open_panel(as_reseller: Any, world: World) -> None:
    page = await as_reseller("/contrats")
    await page.get_by_role("button", name="Notifications").click()
    panel = page.get_by_role("complementary", name="Panneau des notifications")
    await expect(panel.get_by_role("heading")).to_be_visible()
    number = await resolved(world)
    await expect(panel.get_by_role("listitem").first).to_contain_text(f"Incident n. {number}")
    await expect(panel.get_by_role("listitem").first).to_contain_text("résolu")


async def test_page_10_all_marked_read_in_every_open_page(as_reseller: Any, world: World) -> None:
    await resolved(world)
    page, other = await as_reseller("/contrats"), await as_reseller("/notifications")
    await expect(other.locator("#unread")).not_to_be_empty()
    await page.get_by_role("button", name="Notifications").click()
    await page.get_by_role("button", name="Tout marquer comme lu").click()
    await expect(page.locator("#unread")).to_be_empty()
    await expect(page.locator("#panel .unread")).to_have_count(0)
    await expect(page.locator("#panel").get_by_role("heading")).to_be_focused()
    await expect(other.locator("#unread")).to_be_empty()
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await expect(page.get_by_role("button", name="Notifications")).to_be_focused()


async def test_page_10_the_panel_never_covers_what_one_writes(as_reseller: Any, world: World) -> None:
    number = await worlds.declared(world)
    page = await as_reseller(f"/incidents/{number}?onglet=messagerie")
    await page.get_by_role("button", name="Notifications").click()
    await expect(page.locator("#panel-title")).to_be_visible()
    composer, panel = page.locator("#content textarea").first, page.locator("#panel")
    written, opened = await composer.bounding_box(), await panel.bounding_box()
    assert written is not None
    assert opened is not None
    assert written["x"] + written["width"] <= opened["x"]
    await page.set_viewport_size({"width": 390, "height": 844})
    await composer.focus()
    await expect(panel).to_be_hidden()
    await expect(composer).to_be_focused()


async def test_page_10_notifications_without_scripts(as_reseller: Any, world: World) -> None:
    number = await resolved(world)
    page = await as_reseller("/contrats", java_script_enabled=False)
    await page.get_by_role("link", name="Notifications").click()
    await expect(page).to_have_url(re.compile("/notifications$"))
    await page.get_by_role("link", name=re.compile(f"Incident n. {number}.*résolu")).click()
    await expect(page).to_have_url(re.compile(f"/incidents/{number}"))
    await page.goto("/notifications")
    await page.get_by_role("button", name="Tout marquer comme lu").click()
    await expect(page.locator(".unread")).to_have_count(0)
