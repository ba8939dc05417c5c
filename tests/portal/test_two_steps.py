"""Paramètres, Double authentification: an application is added, asked for at log-in, stood in for, and removed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.portal.two_steps import FACTORS, add_application, code, log_in, prove

from demonstration.caller import eventually
from devstack.testing import world as worlds
from devstack.testing.running import RunningStack
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


async def test_an_application_is_added_asked_for_and_removed(visit: Visit, world: World, site: RunningStack) -> None:
    login = f"other-{world.mark.lower()}"
    page = await visit(login, FACTORS, password=worlds.PASSWORD)
    await page.get_by_role("button", name="Ajouter une application").click()
    await prove(page, "pas le bon")
    await expect(page.get_by_role("alert")).to_contain_text("Le mot de passe actuel est incorrect.")
    await prove(page, worlds.PASSWORD)
    await expect(page.get_by_role("img", name="Code QR")).to_be_visible()
    secret = re.sub(r"\s", "", await page.locator(".secret").inner_text())
    await page.locator("#code").fill("000000")
    await page.get_by_role("button", name="Ajouter l’application").click()
    await expect(page.get_by_role("alert")).to_contain_text("Ce code est incorrect")
    assert re.sub(r"\s", "", await page.locator(".secret").inner_text()) == secret
    await page.locator("#code").fill(code(secret, -1))
    await page.get_by_role("button", name="Ajouter l’application").click()
    await expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    codes = await page.locator(".recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    await page.get_by_role("link", name="J’ai noté ces codes").click()
    await expect(page.get_by_text("Codes restants : 10.")).to_be_visible()
    await _mailed(site, world.address("other"), "Une application a été ajoutée")

    other = await visit(None, f"/connexion?suite={FACTORS}")
    await log_in(other, login)
    await expect(other.get_by_role("heading", name="Second facteur")).to_be_visible()
    await other.goto("/contrats")
    # Nothing is open yet.
    await expect(other.get_by_role("heading", name="Connexion")).to_be_visible()
    await other.goto("/connexion/code")
    await other.locator("#code").fill("000000")
    await other.get_by_role("button", name="Continuer").click()
    await expect(other.get_by_role("alert")).to_contain_text("Ce code est incorrect ou a déjà servi.")
    await other.locator("#code").fill(codes[0])
    await other.get_by_role("button", name="Continuer").click()
    await other.wait_for_url("**/contrats*")
    assert "__Host-second-step" not in {cookie["name"] for cookie in await other.context.cookies()}
    await _mailed(site, world.address("other"), "Un code de secours a servi")

    await other.goto(FACTORS)
    await other.get_by_role("button", name="Retirer l’application").click()
    await other.locator("#code").fill(code(secret))
    await prove(other, worlds.PASSWORD)
    await expect(other.get_by_role("status")).to_contain_text("L’application est retirée.")
    await expect(other.get_by_role("button", name="Ajouter une application")).to_be_visible()


async def test_what_was_typed_outlives_the_second_step(visit: Visit, world: World) -> None:
    """The session ends while a form is filled in; the form comes back after password and code."""
    login = f"other-{world.mark.lower()}"
    page = await visit(login, FACTORS, password=worlds.PASSWORD)
    secret = await add_application(page)
    await page.goto("/parametres")
    await page.get_by_label("Prénom").fill("Octave")
    session = [cookie for cookie in await page.context.cookies() if cookie["name"] != "__Host-session"]
    await page.context.clear_cookies()
    await page.context.add_cookies([_again(cookie, page.url) for cookie in session])
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await log_in(page, login)
    await expect(page.get_by_role("heading", name="Second facteur")).to_be_visible()
    await page.locator("#code").fill(code(secret))
    await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_label("Prénom")).to_have_value("Octave")
    await page.goto(FACTORS)
    await page.get_by_role("button", name="Retirer l’application").click()
    await page.locator("#code").fill(code(secret, 1))
    await prove(page, worlds.PASSWORD)
    await expect(page.get_by_role("status")).to_contain_text("L’application est retirée.")


async def _mailed(site: RunningStack, address: str, subject: str) -> None:
    async def found() -> bool:
        return any(subject in each for each, _ in await site.mailed(address))

    await eventually(found, what=f"{subject} for {address}")


def _again(cookie: Any, url: str) -> Any:
    named = {name: cookie[name] for name in ("name", "value", "secure", "httpOnly", "sameSite")}
    return {**named, "url": url.replace("http://", "https://")}
