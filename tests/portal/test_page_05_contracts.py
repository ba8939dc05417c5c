"""The guide, page 5: the Contrats page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


async def test_page_5_the_six_columns_show_every_contract(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    heads = await page.locator("thead th").all_inner_texts()
    titles = ["#", "Référence produit", "N° de série", "Client", "Fin de garantie", "Extensions"]
    assert [head.strip(" ↑↓\n").lower() for head in heads] == [title.lower() for title in titles]
    row = page.locator("tbody tr", has_text="29962")
    await expect(row).to_contain_text("TS-131K-1TIW")
    await expect(row).to_contain_text("Q207B17555")
    await expect(row).to_contain_text("Client Test")
    await expect(row).to_contain_text("09/12/2023")


async def test_page_5_the_table_follows_what_one_types_and_keeps_the_focus(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    box = page.get_by_placeholder("Rechercher dans toutes les colonnes")
    await box.press_sequentially("q207b")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody mark").first).to_have_text("Q207B")
    await expect(box).to_be_focused()
    assert "q=q207b" in page.url
    await page.reload()
    await expect(page.locator("tbody tr")).to_have_count(1)


async def test_page_5_headers_sort_and_say_so(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.get_by_role("link", name="Fin de garantie").click()
    await expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Fin de garantie")
    await expect(page.locator("tbody tr").first).to_contain_text("14/10/2019")


async def test_page_5_filters_by_validity(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.locator("a.counter", has_text="Expirés").click()
    await expect(page.locator("a.counter[aria-current=true]")).to_contain_text("Expirés")
    await expect(page.locator("tbody tr", has_text="18026")).to_be_visible()
    await expect(page.locator("tbody tr", has_text="30106")).to_have_count(0)
