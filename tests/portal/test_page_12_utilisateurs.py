"""The guide, page 12: Paramètres, Utilisateurs."""

from __future__ import annotations

import secrets

import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import Visit
from tests.portal.settings import notice, row_of

from demonstration.caller import eventually
from devstack.testing.running import RunningStack
from devstack.testing.world import World

pytestmark = pytest.mark.e2e


async def test_page_12_the_users_are_listed_with_the_guides_columns(open_as: Visit, world: World) -> None:
    page = await open_as("reseller", "/parametres/utilisateurs")
    heads = await page.locator("thead th").all_inner_texts()
    assert [head.strip(" ↑↓\n").lower() for head in heads] == ["nom", "prénom", "type", "identifiant", "état"]
    basic = page.locator("tbody tr", has_text=f"basic-{world.mark.lower()}")
    for text in ("Basique", "Basile", "Actif"):
        await expect(basic).to_contain_text(text)


async def test_page_12_a_new_user_is_invited_disabled_and_let_back_in(open_as: Visit, site: RunningStack) -> None:
    mark = secrets.token_hex(3)
    page = await open_as("reseller", "/parametres/utilisateurs")
    await page.get_by_role("link", name="Nouvel utilisateur").click()
    await expect(page.get_by_text("Accès en lecture seule")).to_be_visible()
    await expect(page.get_by_text("Accès global à la plateforme")).to_be_visible()
    await _fill_user(page, mark)
    await page.get_by_label("Basique").check()
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(notice(page)).to_contain_text(f"Une invitation vient de partir à {mark}@sqp.example.")
    await expect(row_of(page, mark)).to_contain_text("Invité")
    await eventually(lambda: _mails(site, f"{mark}@sqp.example", 1), what="the invitation")
    await row_of(page, mark).get_by_role("link").click()
    await page.get_by_role("button", name="Renvoyer l’invitation").click()
    await expect(notice(page)).to_contain_text("Une nouvelle invitation vient de partir.")
    await eventually(lambda: _mails(site, f"{mark}@sqp.example", 2), what="the second invitation")
    await row_of(page, mark).get_by_role("link").click()
    await page.get_by_role("button", name="Désactiver l’accès").click()
    await expect(notice(page)).to_contain_text("L’accès est désactivé")
    await expect(row_of(page, mark)).to_contain_text("Désactivé")
    await row_of(page, mark).get_by_role("link").click()
    await page.get_by_role("button", name="Rétablir l’accès").click()
    await expect(row_of(page, mark)).to_contain_text("Invité")


async def test_page_12_a_link_to_confirm_is_sent_again_and_a_new_address_of_an_invited_person_is_told(
    open_as: Visit, world: World, site: RunningStack
) -> None:
    mark = secrets.token_hex(3)
    page = await open_as("reseller", "/parametres/utilisateurs/nouveau")
    for said in ("Une invitation vient de partir à", "était déjà une adresse invitée"):
        await _fill_user(page, mark)
        await page.get_by_label("Basique").check()
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(notice(page)).to_contain_text(said)
        await page.goto("/parametres/utilisateurs/nouveau")
    await page.goto("/parametres/utilisateurs")
    await row_of(page, mark).get_by_role("link").click()
    await page.get_by_label("E-mail").fill(f"autre-{mark}@sqp.example")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(notice(page)).to_contain_text(f"Une invitation vient de partir à autre-{mark}@sqp.example.")
    login = page.get_by_text(f"basic-{world.mark.lower()}", exact=True)
    await page.locator("tbody tr", has=login).get_by_role("link").click()
    await page.get_by_label("E-mail").fill(f"neuve-{mark}@sqp.example")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(notice(page)).to_contain_text(f"Un lien de confirmation vient de partir à neuve-{mark}@sqp.example.")
    await page.locator("tbody tr", has=login).get_by_role("link").click()
    await page.get_by_role("button", name="Renvoyer le lien").click()
    await expect(notice(page)).to_contain_text(f"Un lien de confirmation vient de partir à neuve-{mark}@sqp.example.")
    await eventually(lambda: _mails(site, f"neuve-{mark}@sqp.example", 2), what="the second link")


async def test_page_12_a_user_is_changed_and_a_login_that_is_taken_is_said_at_its_field(open_as: Visit) -> None:
    mark = secrets.token_hex(3)
    page = await open_as("reseller", "/parametres/utilisateurs/nouveau")
    await _fill_user(page, mark)
    await page.get_by_label("Administrateur").check()
    await page.get_by_label("Identifiant").fill("revendeur_test")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_contain_text("L’identifiant revendeur_test est déjà pris.")
    await expect(page.get_by_label("Administrateur")).to_be_checked()
    await page.get_by_label("Identifiant").fill(f"u.{mark}")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(row_of(page, mark)).to_contain_text("Administrateur")
    await row_of(page, mark).get_by_role("link").click()
    await page.get_by_label("Basique").check()
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(row_of(page, mark)).to_contain_text("Basique")


async def test_page_12_the_last_administrator_stays_one(open_as: Visit, world: World) -> None:
    page = await open_as("client", "/parametres/utilisateurs")
    # Exactly: who else signed up for this client has a log-in that begins alike.
    login = page.get_by_text(f"client-{world.mark.lower()}", exact=True)
    await page.locator("tbody tr", has=login).get_by_role("link").click()
    await page.get_by_label("Prénom").fill("Claude")
    await page.get_by_label("Basique").check()
    await page.get_by_role("button", name="Enregistrer").click()
    sentence = "Il doit rester au moins un administrateur actif dans la société."
    await expect(page.get_by_role("alert")).to_contain_text(sentence)
    await expect(page.get_by_label("Basique")).to_be_checked()
    await page.get_by_role("button", name="Désactiver l’accès").click()
    await expect(page.get_by_role("alert")).to_contain_text(sentence)


async def _fill_user(page: Page, mark: str) -> None:
    await page.get_by_label("Prénom").fill("Ulysse")
    await page.locator("#last_name").fill(f"Usage {mark}")
    await page.get_by_label("Téléphone").fill("0478000000")
    await page.get_by_label("Identifiant").fill(f"u-{mark}")
    await page.get_by_label("E-mail").fill(f"{mark}@sqp.example")


async def _mails(site: RunningStack, recipient: str, wanted: int) -> bool | None:
    return len(await site.mailed(recipient)) >= wanted or None
