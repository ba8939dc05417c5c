"""Paramètres, Double authentification: a passkey in Chromium's virtual authenticator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import CDPSession, Page, expect
from tests.portal.two_steps import FACTORS, log_in, prove

from devstack.testing import world as worlds
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def test_a_passkey_is_added_opens_the_account_proves_and_is_removed(visit: Visit, world: World) -> None:
    login = f"other-{world.mark.lower()}"
    page = await visit(login, FACTORS, password=worlds.PASSWORD)
    device, authenticator = await _device(page)
    await page.get_by_role("button", name="Ajouter une clé d’accès").click()
    await prove(page, worlds.PASSWORD)
    await page.get_by_label("Nom de la clé").fill("Téléphone d’essai")
    await page.get_by_role("button", name="Ajouter la clé d’accès").click()
    await expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    await page.get_by_role("link", name="J’ai noté ces codes").click()
    await expect(page.get_by_text("Téléphone d’essai")).to_be_visible()
    await expect(page.get_by_text("jamais utilisée")).to_be_visible()

    # Alone, without log-in and password.
    await _forget(page)
    await page.goto(f"/connexion?suite={FACTORS}")
    await page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    await page.wait_for_url(f"**{FACTORS}")
    await expect(page.get_by_text("utilisée le")).to_be_visible()

    # As the second step after a password.
    await _forget(page)
    await page.goto(f"/connexion?suite={FACTORS}")
    await log_in(page, login)
    await page.get_by_role("button", name="Utiliser une clé d’accès").click()
    await page.wait_for_url(f"**{FACTORS}")

    # A person who is not recognised by the device gets no further, and is told so.
    await _forget(page)
    await device.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    await page.goto("/connexion")
    await page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    await expect(page.get_by_role("alert")).to_contain_text("Votre navigateur n’a pas donné de clé d’accès.")
    await device.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True})
    await page.get_by_role("button", name="Continuer avec une clé d’accès").click()
    await page.wait_for_url("**/contrats*")

    await page.goto(FACTORS)
    await page.get_by_role("button", name="Retirer la clé Téléphone d’essai").click()
    await page.get_by_label("Mot de passe").fill(worlds.PASSWORD)
    await page.get_by_role("button", name="Continuer avec une clé d’accès").click()
    await expect(page.get_by_role("status")).to_contain_text("La clé d’accès est retirée.")
    await expect(page.get_by_text("Téléphone d’essai")).to_have_count(0)


async def _device(page: Page) -> tuple[CDPSession, str]:
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    added = await session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, str(added["authenticatorId"])


async def _forget(page: Page) -> None:
    """Another day: the session is gone, the device is the same."""
    await page.context.clear_cookies()
