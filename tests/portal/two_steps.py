"""A person with an authenticator application, in the browser."""

from __future__ import annotations

import re
import time

import pyotp
from playwright.async_api import Page, expect

from devstack.testing import world as worlds

FACTORS = "/parametres/double-authentification"


async def add_application(page: Page) -> str:
    """From the page of second factors on; the secret. The code of the step before this one is used up by it."""
    await page.get_by_role("button", name="Ajouter une application").click()
    await prove(page, worlds.PASSWORD)
    return await show_first_code(page)


async def show_first_code(page: Page) -> str:
    """From the page with the QR code to the one with the recovery codes; the secret."""
    secret = re.sub(r"\s", "", await page.locator(".secret").inner_text())
    await page.locator("#code").fill(code(secret, -1))
    await page.get_by_role("button", name="Ajouter l’application").click()
    await expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    return secret


async def prove(page: Page, password: str) -> None:
    await expect(page.get_by_role("heading", name="Confirmez que c’est bien vous")).to_be_visible()
    await page.get_by_label("Mot de passe").fill(password)
    await page.get_by_role("button", name="Continuer").click()


async def log_in(page: Page, login: str) -> None:
    await page.get_by_label("Identifiant").fill(login)
    await page.get_by_label("Mot de passe").fill(worlds.PASSWORD)
    await page.get_by_role("button", name="Connexion").click()


def code(secret: str, later: int = 0) -> str:
    """Of the present step, or one beside it: a code is good once."""
    return pyotp.TOTP(secret).at(time.time(), counter_offset=later)
