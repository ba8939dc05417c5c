"""The guide, page 6: Déclarer un incident starts from the contract's page; page 10: its extensions."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from playwright.async_api import Page, expect
from tests.portal.entering import host_cookie

from devstack.testing import world as worlds
from devstack.testing.running import RunningStack
from devstack.testing.world import World
from portal.cookies import LANGUAGE
from web import clock

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]

HTTPS = re.compile("^https://")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
async def ours(site: RunningStack, http: aiohttp.ClientSession) -> World:
    return await worlds.make(site, http)


async def test_page_6_a_click_on_a_row_leads_to_the_contract(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.locator("tbody tr", has_text="29962").get_by_text("Client Test").click(force=True)
    await expect(page).to_have_url("/contrats/29962")
    await expect(page.locator(".crumbs")).to_contain_text("Mes contrats")
    await expect(page.locator(".crumbs")).to_contain_text("Contrat n° 29962")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Contrat pour TS-131K-1TIW")
    await page.get_by_role("link", name="Mes contrats").click()
    await expect(page).to_have_url("/contrats")


async def test_page_6_the_articles_have_reference_serial_and_specifications(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats/29962")
    articles = page.locator(".articles > li")
    await expect(articles).to_have_count(2)
    nas = articles.filter(has_text="NAS QNAP Tour TS-131K - Boitier nu - 1 baie - Adaptateur secteur")
    await expect(nas).to_contain_text("Référence produit")
    await expect(nas).to_contain_text("Q207B17555")
    await expect(nas.get_by_role("link", name="Spécifications techniques")).to_have_attribute("href", HTTPS)
    await expect(nas.locator(".picture")).to_be_visible()
    await expect(articles.filter(has_text="ST1000VN002")).to_contain_text("Z9CBPM5M")


async def test_page_6_a_serial_is_copied_and_the_button_says_so(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats/29962")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.locator(".articles").get_by_role("button", name="Copier Z9CBPM5M")
    await button.click()
    await expect(button).to_have_class("copy done")
    await expect(page.locator("#voice")).to_have_text("Copié")
    assert await page.evaluate("navigator.clipboard.readText()") == "Z9CBPM5M"
    await expect(button).to_have_class("copy")


async def test_page_6_the_cover_says_its_state_its_end_and_the_days_left(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats/30101")
    cover = page.locator(".cover")
    end = clock.today() + timedelta(days=895)
    await expect(cover).to_contain_text(f"Votre matériel est protégé jusqu’au {end:%d/%m/%Y}")
    await expect(cover).to_contain_text("895 jours restants")
    await expect(cover.get_by_role("progressbar")).to_have_attribute("value", "82")
    await page.goto("/contrats/30104")
    await expect(cover).to_contain_text("il reste 55 jours")
    await page.goto("/contrats/29962")
    await expect(cover).to_contain_text("Votre matériel n’est plus protégé depuis le 09/12/2023")


async def test_page_6_declaring_is_offered_or_the_page_says_why_not(visit: Visit, ours: World) -> None:
    page = await visit("revendeur_test", "/contrats/30101")
    await page.get_by_role("link", name="Déclarer un incident").click()
    await expect(page).to_have_url("/contrats/30101/declarer")
    await page.goto("/contrats/29962")
    await expect(page.locator(".cover")).to_contain_text("un incident ne peut plus être déclaré")
    await expect(page.get_by_role("link", name="Déclarer un incident")).to_have_count(0)
    await page.goto("/contrats/29962/declarer")
    await expect(page.locator(".notice")).to_contain_text("un incident ne peut plus être déclaré")
    starts = clock.today() + timedelta(days=3)
    number = await _upcoming(ours)
    page = await visit(f"reseller-{ours.mark.lower()}", f"/contrats/{number}", password=worlds.PASSWORD)
    await expect(page.locator(".cover")).to_contain_text(f"Ce contrat commence le {starts:%d/%m/%Y}")
    await expect(page.get_by_role("link", name="Déclarer un incident")).to_have_count(0)


async def test_page_6_a_basic_user_reads_and_is_told_who_may_declare(visit: Visit) -> None:
    page = await visit("revendeur_basique", "/contrats/30101")
    await expect(page.locator(".articles")).to_contain_text("Q217B20101")
    await expect(page.get_by_role("link", name="Déclarer un incident")).to_have_count(0)
    await expect(page.locator(".cover")).to_contain_text("lecture seule")
    await page.goto("/contrats/30101/declarer")
    await expect(page.locator("form#declaration")).to_have_count(0)
    await expect(page.locator(".notice")).to_contain_text("lecture seule")


async def test_page_6_the_incidents_of_the_contract_and_its_time_line(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats/30102")
    incidents = page.get_by_role("table", name="Incidents de ce contrat")
    await expect(incidents).to_contain_text("Façade cassée à la livraison")
    course = page.locator(".course li")
    await expect(course.filter(has_text="Contrat enregistré")).to_have_count(1)
    await expect(course.filter(has_text="Extension de 24 mois")).to_have_count(1)
    await expect(course.last).to_contain_text("Fin de garantie")
    await course.get_by_role("link", name="Incident n°").first.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Façade cassée à la livraison")


async def test_page_10_an_extension_leads_to_the_shop_and_says_what_it_adds(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats/29962")
    offers = page.get_by_role("region", name="Extensions disponibles")
    offer = offers.get_by_role("listitem").filter(has_text="CL-SV-E3TS131K")
    await expect(offer).to_contain_text("Envoi express J+1 - Appel avant 16H - 2 ans")
    await expect(offer).to_contain_text("+ 24 mois")
    # It would end in the past by now: no date is promised.
    await expect(offer).not_to_contain_text("Protégé jusqu’au")
    address = await offer.get_by_role("link").get_attribute("href")
    assert parse_qs(urlsplit(address or "").query) == {"contrat": ["29962"], "sku": ["CL-SV-E3TS131K"]}


async def test_page_6_a_foreign_contract_is_missing(visit: Visit, ours: World) -> None:
    page = await visit("revendeur_test", f"/contrats/{ours.contract}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Introuvable")
    await page.goto("/contrats/a%3Fb")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Introuvable")


async def test_page_6_on_a_phone_nothing_is_cut_off(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats/30101", viewport=PHONE)
    await expect(page.get_by_role("link", name="Déclarer un incident")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_page_6_without_scripts_the_page_is_whole(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats/30101", java_script_enabled=False)
    await expect(page.locator(".articles > li")).to_have_count(2)
    await page.get_by_role("link", name="Déclarer un incident").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Déclarer un incident")


async def test_page_6_in_english(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats/29962")
    await page.context.add_cookies([host_cookie(page.url.partition("/contrats")[0], LANGUAGE, "en")])
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Contract for TS-131K-1TIW")
    await expect(page.locator(".cover")).to_contain_text("an incident can no longer be declared")


async def _upcoming(ours: World) -> str:
    number = f"{ours.mark}-9"
    starts = clock.today() + timedelta(days=3)
    changes = {
        "serial_number": f"NEXT{ours.mark}",
        "starts_on": starts.isoformat(),
        "warranty_ends_on": (starts + timedelta(days=365)).isoformat(),
        "articles": [],
    }
    await ours.office.put(f"/backoffice/contracts/{number}", {**worlds.contracts(ours)[ours.contract], **changes})
    return number
