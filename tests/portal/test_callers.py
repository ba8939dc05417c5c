"""An agent of SQP on the telephone: declares for the caller, by keyboard alone; the party sees it at once."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import Visit
from tests.portal.declaring import INCIDENT, addresses, fill_address, new_contract, settled, tab_to
from tests.portal.incidents import live

from demonstration.caller import eventually
from devstack.testing import world as worlds
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

AGENT = "sqp_support"


@pytest.fixture
async def contract(ours: World) -> str:
    return await new_contract(ours)


async def choose_by_keyboard(page: Page, beginning: str, option: str) -> None:
    """Typing leads to the first option that begins so."""
    await page.keyboard.type(beginning)
    await expect(page.locator(":focus option:checked")).to_have_text(option)


async def test_an_agent_declares_by_keyboard_and_the_reseller_sees_it_live(
    visit: Visit, ours: World, contract: str
) -> None:
    title = f"Bips au démarrage {contract}"
    watching = await visit(f"reseller-{ours.mark.lower()}", "/incidents", password=worlds.PASSWORD)
    await live(watching)
    page = await visit(AGENT, f"/contrats/{contract}")
    await page.get_by_role("link", name="Déclarer un incident").focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/declarer$"))
    await tab_to(page, "caller")
    await choose_by_keyboard(page, "Autre", f"Autre personne, Revendeur reseller {ours.mark}")
    await tab_to(page, "caller_name")
    await page.keyboard.type("M. Durand")
    await tab_to(page, "title")
    await page.keyboard.type(title)
    await tab_to(page, "nature")
    await choose_by_keyboard(page, "Produit", "Produit défectueux")
    await tab_to(page, "serial_numbers")
    await page.keyboard.press("Space")
    await tab_to(page, "description")
    await page.keyboard.type("Trois bips, puis plus rien.")
    await settled(page, "Trois bips, puis plus rien.")
    await page.reload()
    await expect(page.get_by_label("Nom de la personne qui appelle")).to_have_value("M. Durand")
    await page.get_by_label("Descriptif").focus()
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == "send":
            break
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(INCIDENT)
    number = page.url.rsplit("/", 1)[1]
    await expect(page.get_by_role("status").first).to_contain_text(
        f"L’incident n° {number} est déclaré".replace("n° ", "n°\u00a0")
    )
    said = re.compile(rf"\(SQP\) pour Revendeur reseller {ours.mark}, M\. Durand, par téléphone")
    await expect(page.locator(".facts").first).to_contain_text(said)
    await expect(page.locator("#history")).to_contain_text(said)
    await expect(watching.locator("table")).to_contain_text(title)
    seen = await ours.reseller.get(f"/incidents/{number}")
    assert seen["on_behalf"]["name"] == "M. Durand"
    await watching.goto(f"/incidents/{number}")
    await expect(watching.locator(".facts").first).to_contain_text(said)
    await watching.goto("/notifications")
    await expect(watching.locator("main")).to_contain_text(
        f"pour Revendeur reseller {ours.mark}, M. Durand, par téléphone"
    )


async def test_a_person_of_the_client_is_chosen_and_its_addresses_alone_are_on_offer(
    visit: Visit, ours: World, contract: str
) -> None:
    depot = {"label": "Dépôt", "street": "2 rue du Dépôt", "postal_code": "69003", "city": "Lyon", "country": "FR"}
    await ours.reseller.post("/addresses", {**depot, "email": "a@b.fr", "phone": "0123456789"}, key=contract)

    async def known() -> bool | None:
        return True if "Dépôt" in str(await addresses(ours, contract)) else None

    await eventually(known, what="the depot")
    page = await visit(AGENT, f"/contrats/{contract}/declarer")
    address = page.get_by_label("Sélectionnez une adresse")
    depots = address.locator("option", has_text="Dépôt")
    await address.select_option(await depots.first.get_attribute("value"))
    caller = page.get_by_label("Pour le compte de")
    people = page.locator("optgroup[label^=Client] option:not([data-other])")
    await caller.select_option(await people.first.get_attribute("value"))
    await expect(page.get_by_label("Nom de la personne qui appelle")).to_be_hidden()
    await expect(depots.first).to_be_disabled()
    await expect(address.locator("option:checked")).to_contain_text("Adresse principale")
    await caller.select_option("reseller")
    await expect(depots.first).to_be_enabled()
    await expect(page.get_by_label("Nom de la personne qui appelle")).to_be_visible()


async def test_a_new_address_is_saved_for_the_caller_whoever_types_it(visit: Visit, ours: World, contract: str) -> None:
    page = await visit(AGENT, f"/contrats/{contract}/declarer")
    await page.get_by_label("Pour le compte de").select_option("client")
    await page.get_by_label("Nom de la personne qui appelle").fill("Mme Petit")
    await page.get_by_label("Intitulé", exact=False).first.fill("NAS muet")
    await page.get_by_label("Nature de l’incident").select_option("Produit défectueux")
    await page.locator("input[name=serial_numbers]").first.check()
    await page.get_by_label("Descriptif").fill("Rien ne va.")
    await fill_address(page)
    await page.get_by_label("Enregistrer cette adresse pour l’organisation qui appelle").check()
    await page.get_by_label("Intitulé de l’adresse").fill(f"Dictée {contract}")
    await page.get_by_role("button", name="Valider la déclaration").click()
    await expect(page).to_have_url(INCIDENT)
    labels = [each["label"] for each in (await ours.client.get("/addresses"))["items"]]
    assert f"Dictée {contract}" in labels


async def test_the_search_and_the_pages_of_parties_lead_to_the_form(visit: Visit, ours: World, contract: str) -> None:
    page = await visit(AGENT, f"/recherche?q={ours.serials[0]}{contract}")
    await page.get_by_role("link", name="Déclarer un incident").click()
    await expect(page).to_have_url(re.compile(f"/contrats/{contract}/declarer"))
    await page.goto("/revendeurs?q=" + ours.mark)
    await page.get_by_role("link", name=f"Revendeur reseller {ours.mark}").first.click()
    await page.get_by_role("link", name="Déclarer un incident").click()
    await expect(page.get_by_text(f"Contrats de Revendeur reseller {ours.mark}")).to_be_visible()
    await expect(page.locator(f'.picks a[href="/contrats/{contract}/declarer"]')).to_be_visible()


async def test_the_side_of_an_incident_leads_to_the_people_of_its_reseller(visit: Visit, ours: World) -> None:
    number = await worlds.declared(ours)
    page = await visit(AGENT, f"/incidents/{number}/autour")
    again = page.get_by_role("link", name="Déclarer un autre incident sur ce contrat")
    await expect(again).to_have_attribute("href", f"/contrats/{ours.contract}/declarer")
    await page.get_by_role("link", name=f"Utilisateurs et invitations Revendeur reseller {ours.mark}").click()
    await expect(page).to_have_url(re.compile("/revendeurs/.*#utilisateurs"))
    await expect(page.get_by_role("link", name="Inviter un utilisateur")).to_be_visible()
