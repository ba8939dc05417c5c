"""The search: what is typed into it, suggested by it and found by it, and the palette."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest
from playwright.async_api import Page, expect

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


async def test_an_exact_serial_answers_whether_it_is_covered(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.get_by_role("combobox").fill("Q217B20101")
    await page.keyboard.press("Enter")
    answer = page.get_by_role("region", name="Q217B20101")
    await expect(answer).to_contain_text("Votre matériel est protégé jusqu’au")
    await expect(answer.get_by_role("link", name="Contrat n° 30101")).to_be_visible()
    await answer.get_by_role("link", name="Déclarer un incident").click()
    await expect(page).to_have_url(re.compile("/contrats/30101/declarer"))
    await page.goto("/recherche?q=Q207B17555")
    answer = page.get_by_role("region", name="Q207B17555")
    await expect(answer).to_contain_text("09/12/2023")
    await expect(answer.get_by_role("link", name="Déclarer un incident")).to_have_count(0)


async def test_the_search_finds_contracts_incidents_and_clients_side_by_side(visit: Visit) -> None:
    page = await visit("revendeur_test", "/recherche?q=client test")
    for part, found in (("Contrats", "29962"), ("Incidents", "Problème avec mon NAS"), ("Clients", "Client Test")):
        await expect(page.get_by_role("region", name=part)).to_contain_text(found)
    await page.get_by_label("Rechercher un numéro de série").last.fill("rien de tel")
    await expect(page.locator("#results").get_by_role("status")).to_have_text("0 résultat")
    nothing = (
        "Rien ne correspond à « rien de tel » dans vos contrats, vos incidents, leurs messages et fichiers, "
        "et vos clients."
    )
    await expect(page.locator("#results")).to_contain_text(nothing)
    await expect(page.locator("#results").get_by_role("region")).to_have_count(0)


async def test_a_word_of_a_message_leads_to_it_in_its_tab(visit: Visit) -> None:
    page = await visit("revendeur_test", "/recherche?q=journaux SMART")
    found = page.get_by_role("region", name="Messages")
    await expect(found.locator("mark")).to_have_text(["journal", "SMART"])
    await expect(found).to_contain_text("Messagerie (SQP)")
    await found.get_by_role("link").click()
    message = page.locator("li.message:target")
    await expect(message).to_contain_text("le journal SMART du disque")
    await expect(message).to_be_in_viewport()
    await page.goto("/incidents?q=SMART")
    await page.get_by_role("link", name="Chercher aussi dans les messages").click()
    await expect(page.locator("mark").filter(has_text=re.compile("^SMART$"))).to_have_count(1)


async def test_sqp_finds_resellers_and_sees_whose_each_contract_is(visit: Visit) -> None:
    page = await visit("sqp_support", "/contrats?q=revendeur test")
    await expect(page.locator("#contracts tbody mark").first).to_be_visible()
    await page.get_by_role("columnheader", name="Revendeur").get_by_role("link").click()
    await expect(page.get_by_role("columnheader", name="Revendeur")).to_have_attribute("aria-sort", "ascending")
    box = page.get_by_role("combobox")
    await box.fill("revendeur-test")
    await page.get_by_role("group", name="Revendeurs").get_by_role("option", name="Revendeur Test").click()
    await expect(page).to_have_url(re.compile("/revendeurs/"))


@pytest.mark.parametrize("asked", ["q217b 20101", "S/N: Q217B-20101"])
async def test_a_serial_number_in_any_notation_is_answered_and_marked(visit: Visit, asked: str) -> None:
    page = await visit("revendeur_test", f"/recherche?q={quote(asked)}")
    await expect(page.get_by_role("region", name="Q217B20101")).to_contain_text("Votre matériel est protégé jusqu’au")
    await expect(page.get_by_role("region", name="Contrats").locator("mark", has_text="Q217B20101")).to_be_visible()


async def test_delivery_addresses_are_searched(visit: Visit) -> None:
    # Without a question the box is there only where there are addresses.
    page = await visit("revendeur_test", "/parametres/adresses?q=rue")
    await page.get_by_label("Rechercher une adresse").fill("rien de tel")
    await expect(page.get_by_text("Aucune adresse ne correspond.")).to_be_visible()


async def test_the_top_bar_suggests_while_typing(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.keyboard.press("/")
    box = page.get_by_role("combobox")
    await expect(box).to_be_focused()
    await box.press_sequentially("lefevre")
    option = page.get_by_role("option", name="Cabinet Lefèvre")
    await expect(option.last).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(0)
    await expect(box).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("option", selected=True)).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/contrats/301\d\d$"))


async def test_the_palette_goes_anywhere_by_keyboard(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    search = page.get_by_placeholder("Rechercher dans toutes les colonnes")
    await search.focus()
    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog")
    await expect(palette.get_by_role("combobox")).to_be_focused()
    await expect(palette.get_by_role("option", selected=True)).to_have_text("Contrats")
    await page.keyboard.press("Escape")
    await expect(palette).to_be_hidden()
    await expect(search).to_be_focused()
    await page.keyboard.press("Control+k")
    await expect(palette.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("30104")
    await expect(palette.get_by_role("option", selected=True)).to_contain_text("30104")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/contrats/30104$"))
