"""Linked incidents in a browser: said on both pages, to SQP alone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from tests.portal.conftest import Visit
from tests.portal.incidents import Declare, live

pytestmark = pytest.mark.e2e

REASON = "Le même lot de disques que chez l’autre client."


async def test_an_agent_links_two_incidents_sees_it_on_both_and_ends_it(visit: Visit, declare: Declare) -> None:
    first, second = await declare(key="a"), await declare(key="b")
    other = await visit("sqp_camille", f"/incidents/{first}")
    await live(other)
    page = await visit("sqp_support", f"/incidents/{second}")
    bar = page.locator("#desk-bar")
    await bar.locator("summary", has_text="Lier").click()
    await bar.get_by_label("N° de l’autre incident").fill("20010101")
    await bar.get_by_label("Pourquoi les lier").fill(REASON)
    await bar.get_by_role("button", name="Lier").click()
    await expect(page.get_by_text("Aucun incident n’a le n° 20010101.").first).to_be_visible()
    await bar.get_by_label("N° de l’autre incident").fill(first)
    await bar.get_by_label("Cet incident est").select_option("follows")
    await bar.get_by_role("button", name="Lier").click()
    await expect(bar.locator(".desk-links")).to_contain_text(f"Suite de n° {first}")
    await expect(other.locator(".desk-links")).to_contain_text(f"A pour suite n° {second}")

    seller = await visit("revendeur_test", f"/incidents/{first}")
    assert second not in await seller.content()
    assert REASON not in await seller.content()

    await bar.get_by_role("button", name=f"Délier {first}").click()
    await expect(page.locator(".desk-links")).to_have_count(0)
    await expect(other.locator(".desk-links")).to_have_count(0)
