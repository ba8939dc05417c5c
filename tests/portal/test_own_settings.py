"""Paramètres beyond the guide: what comes by e-mail, one's password, one's open sessions."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from devstack.testing import world as worlds
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
Open = Callable[..., Awaitable[Page]]


@pytest.fixture
def open_as(visit: Visit, world: World) -> Open:
    """``page = await open_as("reseller", "/parametres")``: somebody of the world, there."""

    async def open_page(who: str, path: str, **options: Any) -> Page:
        return await visit(f"{who}-{world.mark.lower()}", path, password=worlds.PASSWORD, **options)

    return open_page


async def test_what_comes_by_e_mail_is_chosen_kind_by_kind(open_as: Open) -> None:
    page = await open_as("reseller", "/parametres/notifications")
    box = page.get_by_label("Vous recevez un message")
    await expect(box).to_be_checked()
    await expect(page.get_by_label("Un client demande un accès au portail")).to_be_checked()
    await box.uncheck()
    await page.get_by_role("button", name="Enregistrer les préférences").click()
    await expect(_said(page)).to_contain_text("Vos préférences sont enregistrées.")
    await expect(box).not_to_be_checked()
    await expect(page.get_by_label("Un incident est déclaré")).to_be_checked()
    await box.check()
    await page.get_by_role("button", name="Enregistrer les préférences").click()
    await expect(box).to_be_checked()


async def test_a_password_is_changed_with_the_current_one_and_its_rules_are_said_before(open_as: Open) -> None:
    page = await open_as("client", "/parametres/mot-de-passe")
    await expect(page.get_by_text("12 caractères au moins")).to_be_visible()
    await _change_password(page, "ce-n-est-pas-le-bon", "un-nouveau-mot-de-passe")
    await expect(page.get_by_role("alert")).to_contain_text("Le mot de passe actuel est incorrect.")
    await _change_password(page, worlds.PASSWORD, "court")
    await expect(page.get_by_role("alert")).to_contain_text("au moins 12 caractères")
    await _change_password(page, worlds.PASSWORD, "un-nouveau-mot-de-passe")
    await expect(_said(page)).to_contain_text("Votre mot de passe est changé.")
    await _change_password(page, "un-nouveau-mot-de-passe", worlds.PASSWORD)
    await expect(_said(page)).to_contain_text("Votre mot de passe est changé.")


async def test_open_sessions_are_told_apart_and_closed(open_as: Open) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    await open_as("basic", "/contrats", user_agent=firefox)
    page = await open_as("basic", "/parametres/sessions")
    await expect(page.locator(".sessions li").first).to_contain_text("Session actuelle")
    await expect(page.locator(".sessions li").first.get_by_role("button")).to_have_count(0)
    other = page.locator(".sessions li", has_text="Firefox sur Windows")
    await expect(other).to_contain_text(re.compile(r"127\.0\.0\.1|::1"))
    await other.get_by_role("button", name="Fermer").click()
    await expect(_said(page)).to_contain_text("La session est fermée.")
    await expect(other).to_have_count(0)


async def test_all_other_sessions_are_closed_at_once_and_this_one_stays(open_as: Open) -> None:
    await open_as("basic", "/contrats")
    await open_as("basic", "/contrats")
    page = await open_as("basic", "/parametres/sessions")
    await page.get_by_role("button", name="Fermer toutes les autres sessions").click()
    await expect(_said(page)).to_contain_text("Les autres sessions sont fermées.")
    await expect(page.locator(".sessions li")).to_have_count(1)
    await expect(page.locator(".sessions li")).to_contain_text("Session actuelle")


async def test_logging_out_leaves_nothing_stored_but_language_theme_and_device(open_as: Open) -> None:
    page = await open_as("basic", "/contrats")
    await page.evaluate("localStorage.setItem('left', 'behind')")
    await page.locator(".menu summary").click()
    async with page.expect_response("**/deconnexion") as answering:
        await page.get_by_role("button", name="Se déconnecter").click()
    assert (await (await answering.value).all_headers())["clear-site-data"] == '"storage"'
    await expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    assert await page.evaluate("localStorage.getItem('left')") is None
    kept = {cookie["name"].removeprefix("__Host-") for cookie in await page.context.cookies()}
    assert "session" not in kept
    assert {"device", "language"} <= kept


async def test_a_log_in_is_not_changed_with_a_wrong_password_and_what_was_typed_stays(open_as: Open) -> None:
    page = await open_as("reseller", "/parametres")
    login = await page.get_by_label("Identifiant").input_value()
    await page.get_by_label("Prénom").fill("Renée")
    await page.get_by_label("Identifiant").fill("tout.autre")
    await page.get_by_label("Téléphone").fill("0478000001")
    await page.get_by_label("Mot de passe actuel").fill("ce-n-est-pas-le-bon")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(page.get_by_role("alert")).to_contain_text("Le mot de passe actuel est incorrect.")
    await expect(page.get_by_label("Mot de passe actuel")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Mot de passe actuel")).to_have_value("")
    await expect(page.get_by_label("Identifiant")).to_have_value("tout.autre")
    await expect(page.get_by_label("Téléphone")).to_have_value("04 78 00 00 01")
    await page.goto("/parametres")
    await expect(page.get_by_label("Identifiant")).to_have_value(login)


def _said(page: Page) -> Locator:
    return page.locator(".notice[role=status]")


async def _change_password(page: Page, current: str, new: str) -> None:
    await page.get_by_label("Mot de passe actuel").fill(current)
    await page.get_by_label("Nouveau mot de passe").fill(new)
    await page.get_by_role("button", name="Changer le mot de passe").click()
