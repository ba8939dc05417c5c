"""The guide, pages 11 and 12: Paramètres."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import Visit
from tests.portal.settings import notice, row_of

pytestmark = pytest.mark.e2e


PHONE = {"width": 390, "height": 844}
PAGES = (
    "/parametres",
    "/parametres/societe",
    "/parametres/utilisateurs",
    "/parametres/utilisateurs/nouveau",
    "/parametres/adresses",
    "/parametres/adresses/nouvelle",
    "/parametres/notifications",
    "/parametres/mot-de-passe",
    "/parametres/sessions",
)


async def test_page_11_the_menu_leads_to_the_four_parts(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Paramètres").click()
    parts = page.get_by_role("navigation", name="Paramètres")
    for name in ("Profil", "Société", "Utilisateurs", "Adresses de livraison"):
        await parts.get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
        await expect(parts.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")


async def test_page_11_a_profile_is_changed_and_the_page_knows_the_new_name_at_once(open_as: Visit) -> None:
    page = await open_as("reseller", "/parametres")
    for label in ("Prénom", "E-mail", "Téléphone", "Identifiant"):
        await expect(page.get_by_label(label)).to_be_visible()
    await page.get_by_label("Prénom").fill("Renée")
    await page.locator("#last_name").fill("Revendeuse")
    await page.get_by_label("Téléphone").fill("04 78 00 00 00")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(notice(page)).to_contain_text("Vos modifications sont enregistrées.")
    await expect(page.get_by_label("Téléphone")).to_have_value("04 78 00 00 00")
    await expect(page.locator(".menu summary")).to_contain_text("Renée Revendeuse")


async def test_page_11_what_is_wrong_is_named_with_its_field_and_nothing_typed_is_lost(open_as: Visit) -> None:
    page = await open_as("reseller", "/parametres", java_script_enabled=False)
    # The first account of a company has no name yet, which its person gives.
    await page.get_by_label("Prénom").fill("Rémi")
    await page.get_by_label("Téléphone").fill("appelez-moi")
    await page.get_by_label("Identifiant").fill("revendeur_test")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", "#phone")
    await expect(page.get_by_label("Téléphone")).to_have_value("appelez-moi")
    await page.get_by_label("Téléphone").fill("0478000000")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(page.get_by_role("alert")).to_contain_text("L’identifiant revendeur_test est déjà pris.")
    await expect(page.get_by_label("Identifiant")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Prénom")).to_have_value("Rémi")


async def test_page_11_the_language_of_the_profile_is_the_pages(open_as: Visit) -> None:
    page = await open_as("client", "/parametres")
    await page.get_by_label("Prénom").fill("Claude")
    await page.get_by_label("Langue").select_option("en")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    again = await open_as("client", "/parametres")
    await expect(again.get_by_role("heading", name="Settings")).to_be_visible()
    await page.get_by_label("Language").select_option("fr")
    await page.get_by_role("button", name="Save the changes").click()
    await expect(page.get_by_role("heading", name="Paramètres")).to_be_visible()


async def test_page_11_a_company_is_changed_and_a_stale_change_names_what_stands_there(open_as: Visit) -> None:
    first = await open_as("reseller", "/parametres/societe")
    second = await open_as("reseller", "/parametres/societe")
    await expect(first.get_by_label("Nom / Raison sociale")).not_to_have_value("")
    await first.get_by_label("Téléphone").fill("0400000001")
    await first.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(notice(first)).to_contain_text("Vos modifications sont enregistrées.")
    await second.get_by_label("Téléphone").fill("0400000002")
    await second.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(second.get_by_role("alert")).to_contain_text("Quelqu’un a modifié ces informations entre-temps.")
    await expect(second.get_by_role("alert")).to_contain_text("Téléphone : la valeur actuelle est « 04 00 00 00 01 ».")
    await expect(second.get_by_label("Téléphone")).to_have_value("04 00 00 00 02")
    await second.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(notice(second)).to_contain_text("Vos modifications sont enregistrées.")
    await expect(second.get_by_label("Téléphone")).to_have_value("04 00 00 00 02")


async def test_page_11_an_address_is_added_made_primary_changed_and_deleted_without_scripts(open_as: Visit) -> None:
    mark = secrets.token_hex(3)
    page = await open_as("reseller", "/parametres/adresses", java_script_enabled=False)
    await page.get_by_role("link", name="Nouvelle adresse").click()
    await page.get_by_label("Intitulé").fill(f"Entrepôt {mark}")
    await page.get_by_label("N° et nom de rue").fill("123 rue des tests")
    await page.get_by_label("Complément d’adresse").fill("Quai 4")
    await page.get_by_label("Ville").fill("Lyon")
    await page.get_by_label("Code postal").fill("69001")
    await page.get_by_label("Pays").select_option("Belgique")
    await page.get_by_label("E-mail").fill("quai@sqp.example")
    await page.get_by_label("Téléphone").fill("0123456789")
    await page.get_by_label("En faire l’adresse principale").check()
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(notice(page)).to_contain_text("L’adresse est enregistrée.")
    heads = await page.locator("thead th").all_inner_texts()
    assert [head.strip(" ↑↓\n").lower() for head in heads] == ["intitulé", "adresse", "téléphone", "e-mail"]
    row = row_of(page, mark)
    for text in ("Principale", "123 rue des tests", "Quai 4", "69001 Lyon", "BELGIQUE", "01 23 45 67 89"):
        await expect(row).to_contain_text(text)
    await row.get_by_role("link").click()
    await page.get_by_label("Ville").fill("Villeurbanne")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(row).to_contain_text("69001 Villeurbanne")
    await row.get_by_role("link").click()
    await page.get_by_role("link", name="Supprimer").click()
    await expect(page.get_by_role("heading", name="Supprimer cette adresse ?")).to_be_visible()
    await page.get_by_role("button", name="Supprimer l’adresse").click()
    await expect(notice(page)).to_contain_text("L’adresse est supprimée.")
    await expect(row).to_have_count(0)


async def test_page_12_a_basic_user_reads_and_changes_its_own_profile_alone(open_as: Visit) -> None:
    page = await open_as("basic", "/parametres/societe")
    await expect(page.locator("main dl")).to_contain_text("Nom / Raison sociale")
    await expect(page.locator("main form")).to_have_count(0)
    await page.goto("/parametres/utilisateurs")
    await expect(page.locator("tbody tr").first).to_be_visible()
    await expect(page.get_by_role("link", name="Nouvel utilisateur")).to_have_count(0)
    await expect(page.locator("tbody a")).to_have_count(0)
    await page.goto("/parametres/adresses")
    await expect(page.get_by_role("link", name="Nouvelle adresse")).to_have_count(0)
    for path in ("/parametres/utilisateurs/nouveau", "/parametres/adresses/nouvelle"):
        await page.goto(path)
        await expect(page.get_by_role("heading", name="Opération refusée")).to_be_visible()
    await page.goto("/parametres")
    assert await _forced(page, "/parametres/utilisateurs/nouveau") == 403
    assert await _forced(page, "/parametres/societe") == 403
    await page.get_by_label("Téléphone").fill("0478000009")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(notice(page)).to_contain_text("Vos modifications sont enregistrées.")


async def test_every_page_of_the_settings_fits_a_phone(open_as: Visit) -> None:
    page = await open_as("reseller", "/parametres", viewport=PHONE)
    for path in PAGES:
        await page.goto(path)
        await expect(page.get_by_role("heading", name="Paramètres")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        await expect(page.locator(".subnav [aria-current]")).to_be_in_viewport(ratio=1)


async def _forced(page: Page, path: str) -> Any:
    """What the platform answers to a complete form that the page does not offer."""
    return await page.evaluate(
        """async (path) => {
            const csrf = document.querySelector("[name=csrf]").value;
            const etag = document.querySelector("[name=etag]").value;
            const fields = {csrf, etag, name: "Pris", email: "a@sqp.example", phone: "01", first_name: "A",
                            last_name: "B", role: "administrator", login: "force-1"};
            return (await fetch(path, {method: "POST", body: new URLSearchParams(fields)})).status;
        }""",
        path,
    )
