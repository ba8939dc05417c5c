"""Paramètres, Société and Utilisateurs: a second factor is asked of everybody, and reset for a person who lost it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect
from tests.portal.two_steps import FACTORS, code, log_in, prove, show_first_code

from demonstration import caller
from devstack.testing import world as worlds
from devstack.testing.running import RunningStack
from devstack.testing.world import World, link_mailed_to

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
COMPANY = "/parametres/societe"


async def test_a_company_asks_everybody_and_helps_who_lost_the_phone(
    visit: Visit, world: World, site: RunningStack
) -> None:
    mine, colleague = f"other-{world.mark.lower()}", f"second-{world.mark.lower()}"
    await _invite(world, site, colleague)
    page = await visit(mine, FACTORS, password=worlds.PASSWORD)
    await page.goto(COMPANY)
    await page.get_by_role("button", name="Exiger un second facteur").click()
    await prove(page, worlds.PASSWORD)
    await expect(page.get_by_role("alert")).to_contain_text("Ajoutez d’abord un second facteur à votre propre compte.")
    await page.goto(FACTORS)
    await page.get_by_role("button", name="Ajouter une application").click()
    secret = await show_first_code(page)
    await page.goto(COMPANY)
    await page.get_by_role("button", name="Exiger un second facteur").click()
    await expect(page.get_by_role("status")).to_contain_text("Un second facteur est désormais exigé de tous.")

    other = await visit(None, "/connexion?suite=/incidents")
    await log_in(other, colleague)
    await expect(other.get_by_role("heading", name="Ajouter une application")).to_be_visible()
    await other.locator("#code").fill("000000")
    await other.get_by_role("button", name="Ajouter l’application").click()
    await expect(other.get_by_role("alert")).to_contain_text("Ce code est incorrect")
    await show_first_code(other)
    await other.get_by_role("link", name="J’ai noté ces codes").click()
    await other.wait_for_url("**/incidents*")
    assert urlsplit(other.url).path == "/incidents"
    await other.goto(FACTORS)
    await expect(other.get_by_text("Codes restants : 10.")).to_be_visible()

    await page.goto("/parametres/utilisateurs")
    await page.get_by_role("link", name="Seconde").first.click()
    await page.get_by_role("button", name="Remettre à zéro les seconds facteurs").click()
    await expect(page.get_by_role("status")).to_contain_text("Les seconds facteurs sont remis à zéro")
    await page.goto(COMPANY)
    await page.get_by_role("button", name="Ne plus exiger de second facteur").click()
    await expect(page.get_by_role("status")).to_contain_text("Le second facteur est désormais facultatif.")
    again = await visit(None, "/connexion?suite=/incidents")
    await log_in(again, colleague)
    await again.wait_for_url("**/incidents*")

    await page.goto(FACTORS)
    await page.get_by_role("button", name="Retirer l’application").click()
    # More than five minutes after the first proof, where the machine is slow.
    if await page.get_by_role("heading", name="Confirmez").count():
        await page.locator("#code").fill(code(secret, 1))
        await prove(page, worlds.PASSWORD)
    await expect(page.get_by_role("status")).to_contain_text("L’application est retirée.")


async def _invite(world: World, site: RunningStack, login: str) -> None:
    address = world.address("second")
    fields = {"login": login, "first_name": "Colette", "last_name": "Seconde", "role": "basic", "email": address}
    await world.other.post("/users", fields)
    token = await link_mailed_to(site, address)
    choice = {"token": token, "password": worlds.PASSWORD}
    await caller.anonymous(world.http, world.stack.url).post("/auth/activate", choice)
