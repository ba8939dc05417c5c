"""A client's administrator says in the browser who of the organisation sees an incident."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import PHONE, Visit
from tests.portal.incidents import Declare, People, share
from tests.portal.test_accessibility import violations
from tests.portal.widths import misfits

pytestmark = pytest.mark.e2e

BASIC = "cliente_testeuse"
SHARED = "Dans votre organisation, les administrateurs voient cet incident, et Cliente Testeuse."


async def save(page: Page) -> None:
    await page.locator("#partage").get_by_role("button", name="Enregistrer").click()


async def test_an_incident_is_shared_by_name_and_taken_back(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    page = await visit("client_test", f"/incidents/{number}")
    reader = await visit(BASIC, f"/incidents/{number}")
    await expect(reader.locator(".content")).to_contain_text("n’existe pas ou ne vous est pas accessible")
    card = page.locator("#partage")
    await expect(card).to_contain_text("Seuls les administrateurs de votre organisation voient cet incident.")
    await card.locator("summary").click()
    await expect(card.get_by_label("Cliente Testeuse")).to_be_hidden()
    await card.get_by_label("Les administrateurs et des personnes choisies").check()
    await save(page)
    await expect(page.locator("#summary")).to_contain_text("Choisissez au moins une personne.")
    await card.get_by_label("Cliente Testeuse").check()
    assert await misfits(page) == []
    assert await violations(page) == []
    await save(page)
    await expect(page.get_by_role("status").filter(has_text="Le partage est enregistré.")).to_be_visible()
    await expect(card).to_contain_text(SHARED)

    await reader.goto("/notifications")
    told = reader.locator(".content").get_by_text(f"[Incident partagé] Incident n. {number}")
    await expect(told).to_be_visible()
    await reader.goto(f"/incidents/{number}")
    await expect(reader.locator("#partage")).to_contain_text(SHARED)
    await expect(reader.locator("#partage form")).to_have_count(0)
    seller = await visit("revendeur_test", f"/incidents/{number}?onglet=client")
    await expect(seller.locator(".sheet")).to_contain_text("les administrateurs et des personnes choisies voient")
    await expect(seller.locator(".sheet")).not_to_contain_text("Testeuse")

    await card.locator("summary").click()
    await card.get_by_label("Les administrateurs", exact=True).check()
    await save(page)
    await expect(card).to_contain_text("Seuls les administrateurs")
    await reader.goto(f"/incidents?q={number}")
    await expect(reader.locator(".content")).not_to_contain_text("Problème avec mon NAS")
    await reader.goto("/notifications")
    await expect(told).to_have_count(0)


async def test_what_changed_meanwhile_is_said_and_what_was_chosen_stands(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("client_test", f"/incidents/{number}", viewport=PHONE)
    await share(people("client_test"), number)
    card = page.locator("#partage")
    await card.locator("summary").click()
    await card.get_by_label("Les administrateurs et des personnes choisies").check()
    await card.get_by_label("Cliente Testeuse").check()
    await save(page)
    await expect(page.locator("#summary")).to_contain_text("a changé entre-temps")
    await expect(card).to_contain_text("Toute votre organisation voit cet incident.")
    await expect(card.get_by_label("Cliente Testeuse")).to_be_checked()
    await save(page)
    await expect(card).to_contain_text(SHARED)
    assert await misfits(page) == []


async def test_a_client_declares_for_the_whole_organisation(visit: Visit) -> None:
    page = await visit("client_test", "/contrats/30102/declarer")
    await page.locator("#title").fill("Partagé dès la déclaration")
    await page.get_by_label("Nature de l’incident").select_option("other")
    await page.get_by_label("Descriptif").fill("Tout le monde peut le suivre.")
    await expect(page.get_by_label("Les administrateurs", exact=True)).to_be_checked()
    await page.get_by_label("Toute l’organisation").check()
    assert await violations(page) == []
    await page.locator("#send").click()
    await page.wait_for_url(re.compile("/incidents/[0-9]+$"))
    await expect(page.locator("#partage")).to_contain_text("Toute votre organisation voit cet incident.")
    reader = await visit(BASIC, page.url)
    await expect(reader.locator("h1")).to_have_text("Partagé dès la déclaration")
