"""The guide, page 5: the Contrats page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from devstack.testing import world as worlds
from devstack.testing.running import RunningStack
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]

MANY = 60


@pytest.fixture(scope="module")
async def ours(site: RunningStack, http: aiohttp.ClientSession) -> World:
    """The other reseller of this world has sixty contracts more."""
    world = await worlds.make(site, http)
    body = worlds.contracts(world)[f"{world.mark}-4"]
    await asyncio.gather(*(_put(world, f"{world.mark}-{index:03}", body) for index in range(MANY)))
    return world


async def _put(world: World, number: str, body: object) -> None:
    await world.office.put(f"/backoffice/contracts/{number}", body)


async def test_page_5_the_six_columns_show_every_contract(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    heads = await page.locator("thead th").all_inner_texts()
    titles = ["#", "Référence produit", "N° de série", "Client", "Fin de garantie", "Extensions"]
    assert [head.strip(" ↑↓\n").replace("\xa0", " ").lower() for head in heads] == [title.lower() for title in titles]
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


async def test_page_5_a_search_keeps_the_sort_and_the_filter(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.get_by_role("link", name="Référence produit").click()
    await expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Référence produit")
    await page.locator("a.counter", has_text="Expirés").click()
    await expect(page.locator("a.counter[aria-current=true]")).to_contain_text("Expirés")
    await page.get_by_placeholder("Rechercher dans toutes les colonnes").press_sequentially("ts-131k")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Référence produit")
    await expect(page.locator("a.counter[aria-current=true]")).to_contain_text("Expirés")


async def test_page_5_twenty_five_rows_at_a_time_and_the_place_is_kept(visit: Visit, ours: World) -> None:
    page = await visit(f"other-{ours.mark.lower()}", "/contrats?sort=number", password=worlds.PASSWORD)
    rows = page.locator("tbody tr:not(#more)")
    await expect(rows).to_have_count(25)
    await page.get_by_role("link", name="Afficher la suite").click()
    await expect(rows).to_have_count(50)
    await expect(rows.nth(25).locator(".row-link")).to_be_focused()
    await rows.nth(40).locator(".row-link").click()
    await page.wait_for_url("**/contrats/*")
    await page.go_back()
    await expect(rows).to_have_count(50)
    await page.get_by_role("link", name="Afficher la suite").click()
    await expect(rows).to_have_count(MANY + 1)
    await expect(page.get_by_role("link", name="Afficher la suite")).to_have_count(0)
    numbers = await rows.locator(".row-link").all_inner_texts()
    assert len(set(numbers)) == MANY + 1


async def test_page_5_without_scripts_the_list_grows_too(visit: Visit, ours: World) -> None:
    login = f"other-{ours.mark.lower()}"
    page = await visit(login, "/contrats", password=worlds.PASSWORD, java_script_enabled=False)
    await page.get_by_role("link", name="Afficher la suite").click()
    await expect(page.locator("tbody tr:not(#more)")).to_have_count(50)
    assert page.url.endswith("#suite")


async def test_page_5_what_is_shown_is_exported(visit: Visit, tmp_path: Path) -> None:
    page = await visit("revendeur_test", "/contrats?q=ts-131k&validity=expired&sort=number")
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Exporter en CSV").click()
    download = await started.value
    assert download.suggested_filename == "contrats.csv"
    await download.save_as(tmp_path / "contrats.csv")
    lines = (tmp_path / "contrats.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "N° de contrat;Référence produit;N° de série;Client;Fin de garantie;Extensions"
    assert [line.split(";")[0] for line in lines[1:]] == ["29962", "30107"]
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Exporter pour Excel").click()
    await (await started.value).save_as(tmp_path / "contrats.xlsx")
    rows = list(load_workbook(tmp_path / "contrats.xlsx").active.values)
    assert [row[0] for row in rows[1:]] == ["29962", "30107"]


@pytest.mark.parametrize("path", ["/incidents", "/clients"])
async def test_other_lists_are_exported_as_well(visit: Visit, path: str) -> None:
    page = await visit("revendeur_test", path)
    for link, ending in (("Exporter en CSV", "csv"), ("Exporter pour Excel", "xlsx")):
        async with page.expect_download() as started:
            await page.get_by_role("link", name=link).click()
        download = await started.value
        assert (download.suggested_filename, await download.failure()) == (f"{path[1:]}.{ending}", None)


async def test_page_5_nothing_found_is_one_sentence_and_the_way_out(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats?q=introuvable")
    await expect(page.get_by_text("Aucun contrat ne correspond.")).to_be_visible()
    await page.get_by_role("link", name="Tout afficher").click()
    await expect(page.locator("tbody tr", has_text="29962")).to_be_visible()


async def test_page_5_a_serial_is_copied_without_opening_the_contract(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row = page.locator("tbody tr", has_text="29962")
    await row.hover()
    await row.get_by_role("button", name="Copier Q207B17555").click()
    await expect(page.locator("#voice")).to_have_text("Copié")
    assert await page.evaluate("navigator.clipboard.readText()") == "Q207B17555"
    assert page.url.endswith("/contrats")
