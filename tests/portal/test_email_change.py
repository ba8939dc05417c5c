"""Paramètres, Profil: another e-mail address waits for its link; the old one may object."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from demonstration.caller import eventually
from devstack.testing import world as worlds
from devstack.testing.running import RunningStack
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]

PASSWORD = "un-autre-mot-de-passe-2"


async def test_another_address_waits_is_sent_again_cancelled_confirmed_and_taken_back(
    visit: Visit, world: World, site: RunningStack
) -> None:
    login, old, new = f"other-{world.mark.lower()}", world.address("other"), f"neuve-{secrets.token_hex(3)}@sqp.example"
    page = await visit(login, "/parametres", password=worlds.PASSWORD)
    await _ask(page, "annulee@sqp.example")
    await page.get_by_role("button", name="Annuler le changement").click()
    await expect(_said(page)).to_contain_text("Le changement d’adresse est annulé.")
    await expect(page.get_by_role("heading", name="Nouvelle adresse à confirmer")).to_have_count(0)
    await _ask(page, new)
    await expect(page.get_by_label("E-mail")).to_have_value(old)
    await page.get_by_role("button", name="Renvoyer le lien").click()
    await expect(_said(page)).to_contain_text("Un nouveau lien vient de partir.")
    first, last = await _links(site, new, "/nouvelle-adresse?token=", 2)
    stale = await visit(None, first)
    await expect(stale.get_by_role("heading", name="Ce lien n’est plus valable")).to_be_visible()
    other = await visit(None, last)
    assert other.url.startswith(f"{site.url}/nouvelle-adresse?lien=")
    await expect(other.locator("dl")).to_contain_text(new)
    await other.get_by_role("button", name="Confirmer cette adresse").click()
    await expect(other.get_by_role("heading", name="Connexion")).to_be_visible()
    await expect(_said(other)).to_contain_text(f"Votre adresse e-mail est désormais {new}.")
    await page.reload()
    await expect(page.get_by_label("E-mail")).to_have_value(new)
    objection = (await _links(site, old, "/mot-de-passe?token=", 2))[-1]
    owner = await visit(None, objection)
    await expect(owner.get_by_text(f"{old} reste l’adresse de ce compte")).to_be_visible()
    await owner.get_by_label("Nouveau mot de passe").fill(PASSWORD)
    await owner.get_by_role("button", name="Enregistrer le mot de passe").click()
    await owner.wait_for_url("**/contrats*")
    await owner.goto("/parametres")
    await expect(owner.get_by_label("E-mail")).to_have_value(old)


async def _ask(page: Page, email: str) -> None:
    await page.get_by_label("Prénom").fill("Olivia")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Mot de passe actuel").fill(worlds.PASSWORD)
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(_said(page)).to_contain_text(f"Un lien de confirmation vient de partir à {email}.")
    await expect(page.get_by_role("heading", name="Nouvelle adresse à confirmer")).to_be_visible()


async def _links(site: RunningStack, recipient: str, path: str, count: int) -> list[str]:
    """Those of this kind that the recipient was mailed, oldest first, once there are ``count``."""

    async def found() -> list[str] | None:
        texts = [text for _, text in await site.mailed(recipient)]
        links = [word for text in texts for word in text.split() if path in word]
        return links if len(links) >= count else None

    return await eventually(found, what=f"{count} {path} for {recipient}")


def _said(page: Page) -> Any:
    return page.locator(".notice[role=status]")
