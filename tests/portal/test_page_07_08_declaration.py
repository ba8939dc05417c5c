"""The guide, pages 7 and 8: Déclarer un incident."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.portal.declaring import (
    ADDRESS,
    DETAILS,
    PHONE,
    Form,
    addresses,
    choose,
    declared,
    end_session,
    everything_stands,
    file,
    fill,
    fill_address,
    log_in_again,
    rows,
    settled,
    submit,
    tab_to,
)

from devstack.testing import world as worlds
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


async def test_page_7_the_contract_is_filled_in(form: Form, contract: str, ours: World) -> None:
    page = await form()
    block = page.get_by_role("region", name="Mon contrat")
    await expect(block).to_contain_text("Merci de bien vouloir vérifier que votre demande porte sur ce contrat.")
    for label, value in (("N° de contrat", contract), ("N° de série", ours.serials[0]), ("Référence produit", "TS-")):
        await expect(block.locator("div", has=page.get_by_text(label, exact=True))).to_contain_text(value)
    await expect(block).to_contain_text("Fin de garantie")


async def test_page_7_the_four_natures_and_the_products_of_the_contract(form: Form) -> None:
    page = await form()
    natures = await page.get_by_label("Nature de l’incident").locator("option").all_inner_texts()
    assert natures[1:] == ["Produit défectueux", "Produit endommagé", "Produit incomplet", "Autre"]
    products = page.get_by_role("group", name="Produit(s) concerné(s)").get_by_role("checkbox")
    await expect(products).to_have_count(2)
    await expect(page.locator(".product").last).to_contain_text("ST1000VN002")


async def test_page_8_a_declaration_with_a_file_and_an_address_of_the_client(form: Form, ours: World) -> None:
    page = await form()
    await fill(page)
    await choose(page, file("journal.log", b"md1: disk failure\n"))
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)
    options = await page.get_by_label("Sélectionnez une adresse").locator("option").all_inner_texts()
    assert options[0] == "Nouvelle adresse"
    assert any(option.startswith(f"Client {ours.mark} - Adresse principale") for option in options)
    await submit(page)
    incident = await declared(page, ours)
    assert (incident["title"], incident["nature"]) == ("Problème avec mon NAS", "defective")
    assert incident["description"] == DETAILS
    assert [article["product_reference"] for article in incident["articles"]] == ["TS-131K"]
    assert incident["delivery_address"]["street"] == "123 rue des tests"
    assert len(incident["attachments"]) == 1


async def test_page_8_a_new_address_has_the_guides_fields_and_may_be_saved(form: Form, ours: World) -> None:
    page = await form()
    await expect(page.get_by_label("Code postal")).to_be_hidden()
    await fill(page)
    await fill_address(page)
    countries = await page.get_by_label("Pays").locator("option").all_inner_texts()
    assert countries[0] == "France"
    await page.get_by_label(re.compile("Enregistrer cette adresse")).check()
    await page.get_by_label("Intitulé de l’adresse").fill("Entrepôt")
    await submit(page)
    incident = await declared(page, ours)
    assert incident["delivery_address"]["complement"] == "Bâtiment B"
    assert incident["delivery_address"]["country"] == "FR"
    client = incident["client"]["id"]
    saved = await ours.reseller.get("/addresses", organisation_id=client)
    assert "Entrepôt" in [address["label"] for address in saved["items"]]


async def test_page_8_what_is_missing_stands_first_and_leads_to_its_field(form: Form, ours: World) -> None:
    page = await form()
    await page.get_by_label("Descriptif").fill(DETAILS)
    await page.get_by_label("Sélectionnez une adresse").select_option("Nouvelle adresse")
    await page.get_by_label("Ville").fill("Lyon")
    await submit(page)
    summary = page.get_by_role("alert").filter(has_text="Intitulé : à renseigner.")
    await expect(summary).to_be_focused()
    for sentence in ("Nature de l’incident", "Produit(s) concerné(s)", "E-mail", "Code postal"):
        await expect(summary).to_contain_text(sentence)
    await summary.get_by_role("link", name="E-mail").click()
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Descriptif")).to_have_value(DETAILS)
    await expect(page.get_by_label("Ville")).to_have_value("Lyon")
    await fill(page)
    await fill_address(page)
    await page.get_by_label("E-mail").fill("pas un e-mail")
    await submit(page)
    await expect(page.locator("#email-wrong")).to_contain_text("n’est pas valable")
    await page.get_by_label("E-mail").fill(ADDRESS["E-mail"])
    await submit(page)
    await declared(page, ours)


async def test_page_8_nothing_typed_is_lost_by_a_reload(form: Form) -> None:
    page = await form()
    await choose(page, file("journal.log", b"abc"))
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)
    await fill(page)
    await fill_address(page)
    await expect(page.locator("#draft-state")).to_contain_text("Brouillon enregistré")
    await settled(page, ADDRESS["Téléphone"])
    await page.reload()
    await expect(page.locator(".kept")).to_contain_text("Brouillon repris")
    await everything_stands(page)
    await expect(rows(page)).to_contain_text("journal.log")
    await page.get_by_role("button", name="Recommencer à zéro").click()
    await expect(page.get_by_label("Descriptif")).to_have_value("")
    await expect(rows(page)).to_have_count(0)


async def test_page_8_a_session_that_ends_in_mid_declaration_loses_nothing(form: Form, ours: World) -> None:
    page = await form()
    await choose(page, file("journal.log", b"abc"))
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)
    await end_session(page)
    await fill(page)
    await fill_address(page)
    await expect(page.locator("#session-over")).to_be_visible()
    await submit(page)
    await log_in_again(page, ours)
    await expect(page.get_by_role("status").first).to_contain_text("Votre saisie est conservée")
    await everything_stands(page)
    await expect(rows(page)).to_contain_text("journal.log")
    await submit(page)
    incident = await declared(page, ours)
    assert len(incident["attachments"]) == 1


async def test_page_8_a_session_that_ends_loses_nothing_without_scripts_either(form: Form, ours: World) -> None:
    page = await form(java_script_enabled=False)
    await fill(page)
    await fill_address(page)
    await choose(page, file("photo.log", b"abc"))
    await end_session(page)
    await submit(page)
    await page.get_by_label("Identifiant").fill(f"reseller-{ours.mark.lower()}")
    await page.get_by_label("Mot de passe").fill("faux-mot-de-passe")
    await page.get_by_role("button", name="Connexion").click()
    await log_in_again(page, ours)
    await everything_stands(page)
    await expect(page.get_by_role("status").first).to_contain_text("À joindre de nouveau : photo.log")
    await submit(page)
    await declared(page, ours)


async def test_page_8_the_keyboard_is_enough(form: Form, ours: World) -> None:
    page = await form()
    await tab_to(page, "title")
    await page.keyboard.type("Problème avec mon NAS")
    await tab_to(page, "nature")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "serial_numbers")
    await page.keyboard.press("Space")
    await tab_to(page, "description")
    await page.keyboard.type("Trois bips.")
    await tab_to(page, "files")
    await tab_to(page, "address")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Valider ma déclaration")).to_be_focused()
    await page.keyboard.press("Enter")
    await declared(page, ours)


async def test_page_8_sent_twice_it_is_declared_once(form: Form, ours: World, contract: str) -> None:
    page = await form()
    await fill(page)
    await settled(page, "trois bips")
    again = await page.context.new_page()
    await again.goto(page.url)
    await submit(page)
    first = await declared(page, ours)
    await submit(again)
    await expect(again).to_have_url(page.url)
    assert first["contract"]["number"] == contract
    assert (await ours.reseller.get("/incidents", contract=contract))["total"] == 1


async def test_page_8_a_basic_user_who_forces_the_form_is_refused(visit: Visit, ours: World, contract: str) -> None:
    login = f"basic-{ours.mark.lower()}"
    page = await visit(login, f"/contrats/{contract}/declarer", password=worlds.PASSWORD)
    await expect(page.locator("#declaration")).to_have_count(0)
    address = (await addresses(ours, contract))["items"][0]["id"]
    fields = {"title": "x", "nature": "other", "serial_numbers": f"{ours.serials[0]}{contract}", "description": "x"}
    await page.evaluate(FORCE, {**fields, "address": address})
    await expect(page.get_by_role("heading", level=1)).to_have_text("Opération refusée")
    assert (await ours.reseller.get("/incidents", contract=contract))["total"] == 0


FORCE = """(fields) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action: location.pathname });
  const csrf = document.querySelector("input[name=csrf]").value;
  for (const [name, value] of Object.entries({ csrf, ...fields })) {
    form.append(Object.assign(document.createElement("input"), { name, value }));
  }
  document.body.append(form);
  form.submit();
}"""


async def test_page_8_on_a_phone(form: Form, ours: World) -> None:
    page = await form(viewport=PHONE, has_touch=True, is_mobile=True)
    camera = page.get_by_label("Prendre une photo")
    await expect(page.get_by_text("Prendre une photo")).to_be_visible()
    await expect(camera).to_have_attribute("capture", "environment")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await camera.set_input_files([file("photo.log", b"abc")])
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)
    await fill(page)
    await submit(page)
    await declared(page, ours)
