"""Lists of contracts and incidents as each person wants them: views under names of one's own, columns, exports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


async def save(page: Page, name: str) -> None:
    await page.get_by_role("link", name="Enregistrer cette vue").click()
    await page.get_by_label("Nom de la vue").fill(name)
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator(".notice.good")).to_contain_text("La vue est enregistrée.")


@pytest.mark.parametrize(
    ("login", "path", "narrowed"),
    [
        ("revendeur_test", "/contrats", "?validity=expired&sort=client"),
        ("revendeur_basique", "/incidents", "?q=NAS&open=true&sort=title"),
        ("client_test", "/contrats", "?validity=active&sort=-number"),
        ("sqp_support", "/incidents", "?status=new&sort=-number"),
    ],
)
async def test_a_list_opens_again_as_it_was_saved_under_a_name(
    visit: Visit, login: str, path: str, narrowed: str
) -> None:
    page = await visit(login, path)
    await expect(page.get_by_role("link", name="Enregistrer cette vue")).to_have_count(0)
    await page.goto(f"{path}{narrowed}")
    await save(page, "Ma vue")
    tabs = page.get_by_role("navigation", name="Vues enregistrées")
    await expect(tabs.get_by_role("link", name="Ma vue")).to_have_attribute("aria-current", "true")
    await page.goto(path)
    await expect(tabs.locator("[aria-current]")).to_have_count(0)
    await tabs.get_by_role("link", name="Ma vue").click()
    await page.wait_for_url(lambda url: all(part in url for part in narrowed.removeprefix("?").split("&")))
    await expect(page.get_by_role("link", name="Enregistrer cette vue")).to_have_count(0)
    other = "/incidents" if path == "/contrats" else "/contrats"
    await page.goto(other)
    await expect(page.get_by_role("link", name="Ma vue")).to_have_count(0)


async def test_a_view_follows_what_the_list_shows_without_loading_the_page(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats?validity=expired")
    await save(page, "Expirés d’abord")
    here = page.get_by_role("link", name="Expirés d’abord")
    await expect(here).to_have_attribute("aria-current", "true")
    await page.locator(".counters").get_by_role("link", name="En cours").click()
    await expect(here).not_to_have_attribute("aria-current", "true")
    await expect(page.get_by_role("link", name="Enregistrer cette vue")).to_be_visible()
    await page.locator(".counters").get_by_role("link", name="Expirés").click()
    await expect(here).to_have_attribute("aria-current", "true")


async def test_a_view_is_called_otherwise_and_removed_without_scripts(visit: Visit) -> None:
    page = await visit("revendeur_test", "/incidents?open=false", java_script_enabled=False)
    await save(page, "Terminés")
    await page.goto("/incidents?open=true")
    await page.get_by_role("link", name="Enregistrer cette vue").click()
    await page.get_by_label("Nom de la vue").fill("TERMINÉS")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator("#name-wrong")).to_contain_text("Une autre de vos vues s’appelle déjà « TERMINÉS »")
    await page.goto("/vues/incidents")
    await page.get_by_role("link", name="Terminés", exact=True).click()
    await page.get_by_label("Nom de la vue").fill("Tout ce qui est clos")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator(".notice.good")).to_contain_text("La vue est modifiée.")
    await page.get_by_role("link", name="Tout ce qui est clos", exact=True).click()
    await page.get_by_text("Supprimer la vue").click()
    await page.get_by_role("button", name="Supprimer").click()
    await expect(page.locator(".notice.good")).to_contain_text("La vue est supprimée.")
    await expect(page.locator("main")).to_contain_text("Aucune vue pour l’instant.")


async def test_the_columns_of_the_contracts_are_kept_for_the_person(visit: Visit) -> None:
    page = await visit("revendeur_basique", "/contrats?sort=client")
    heads = page.locator("thead th")
    await expect(heads).to_have_count(6)
    await page.get_by_text("Choisir les colonnes").click()
    for label in ("Extensions", "Client"):
        await page.get_by_role("checkbox", name=label).uncheck()
    await page.get_by_role("button", name="Afficher ces colonnes").click()
    await expect(heads).to_have_count(4)
    assert "sort=client" in page.url
    await expect(page.locator("tbody tr").first.locator("td")).to_have_count(4)
    again = await visit("revendeur_basique", "/contrats")
    await expect(again.locator("thead th")).to_have_count(4)
    colleague = await visit("revendeur_test", "/contrats")
    await expect(colleague.locator("thead th")).to_have_count(6)
    await again.get_by_text("Choisir les colonnes").click()
    for label in ("Extensions", "Client"):
        await again.get_by_role("checkbox", name=label).check()
    await again.get_by_role("button", name="Afficher ces colonnes").click()
    await expect(again.locator("thead th")).to_have_count(6)


@pytest.mark.parametrize(("login", "path"), [("revendeur_test", "/contrats"), ("client_test", "/incidents")])
async def test_chosen_rows_are_exported_alone_and_the_list_as_it_is_filtered(
    visit: Visit, tmp_path: Path, login: str, path: str
) -> None:
    page = await visit(login, f"{path}?sort=number")
    chosen = page.locator("#chosen")
    await expect(chosen).to_be_hidden()
    boxes = page.locator(".pick input")
    numbers = [await boxes.nth(each).get_attribute("value") for each in (0, 1)]
    for each in (1, 0):
        await boxes.nth(each).check()
    assert await exported(page, chosen.get_by_role("button", name="Exporter en CSV"), tmp_path) == numbers
    await boxes.nth(0).uncheck()
    assert await exported(page, chosen.get_by_role("button", name="Exporter en CSV"), tmp_path) == numbers[1:]
    await boxes.nth(1).uncheck()
    await expect(chosen).to_be_hidden()
    await page.goto(f"{path}?q={numbers[0]}")
    assert await exported(page, page.get_by_role("link", name="Exporter en CSV"), tmp_path) == numbers[:1]


async def exported(page: Page, control: Locator, folder: Path) -> list[str]:
    async with page.expect_download() as started:
        await control.click()
    await (await started.value).save_as(folder / "list.csv")
    lines = (folder / "list.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    return [line.split(";")[0].strip('"') for line in lines]
