"""What is left to renew: nothing of a product that was paid back, nor of one that another contract goes on with."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest
from playwright.async_api import expect
from tests.portal.conftest import Visit

from demonstration.caller import eventually
from devstack.testing import world as worlds
from devstack.testing.exchange import Exchange
from devstack.testing.running import RunningStack
from devstack.testing.world import World
from web import clock

pytestmark = pytest.mark.e2e

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
async def ours(site: RunningStack, http: aiohttp.ClientSession) -> World:
    return await worlds.make(site, http)


async def test_what_was_paid_back_is_protected_no_more_on_every_page(visit: Visit, ours: World) -> None:
    credit = await Exchange(ours).begin()
    await credit.approve(type="credit")
    await credit.step("receive", serial_number=credit.serial("A"))
    await credit.step("inspect", outcome="as_expected")
    await credit.step("close")
    await credit.covered("A", expected=False)
    day = f"{clock.today():%d/%m/%Y}"
    for who in ("reseller", "client"):
        path = f"/contrats/{credit.mark}"
        page = await visit(f"{who}-{ours.mark.lower()}", path, password=worlds.PASSWORD, viewport=PHONE)
        await expect(page.locator(".cover")).to_contain_text(f"repris contre un avoir le {day} : il n’est plus protégé")
        await expect(page.get_by_role("link", name="Déclarer un incident")).to_have_count(0)
        await expect(page.locator(".course")).to_contain_text(f"{credit.serial('A')} repris contre un avoir")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await page.goto(f"{path}/rappels")
        await expect(page.locator("table").first).to_contain_text("Pas de rappel : le matériel a été repris")
        await page.goto(f"/contrats?q={credit.mark}")
        await expect(page.locator("tbody tr")).to_contain_text("Repris contre un avoir")
        await page.goto("/notifications")
        await expect(page.locator("main")).to_contain_text(f"[Repris contre un avoir] Incident n. {credit.number}")
    page = await visit(f"reseller-{ours.mark.lower()}", f"/incidents/{credit.number}", password=worlds.PASSWORD)
    await page.goto(f"/incidents/{credit.number}?onglet=echange")
    await expect(page.locator("#ligne-1")).to_contain_text("Appareil repris contre un avoir : il n’est plus couvert.")


async def test_a_renewal_that_was_sold_as_a_contract_of_its_own_is_done(visit: Visit, ours: World) -> None:
    end = clock.today() + timedelta(days=20)
    body = {**worlds.contracts(ours)[ours.contract], "serial_number": f"UNIT{ours.mark}", "articles": []}
    old, new = f"{ours.mark}-7", f"{ours.mark}-8"
    last = {"starts_on": (end + timedelta(days=1)).isoformat(), "warranty_ends_on": f"{end.year + 3}-01-31"}
    await ours.office.put(f"/backoffice/contracts/{old}", {**body, "warranty_ends_on": end.isoformat()})
    await ours.office.put(f"/backoffice/contracts/{new}", {**body, **last})

    async def followed() -> str | None:
        found: str | None = (await ours.reseller.get(f"/contracts/{old}"))["followed_by"]
        return found

    await eventually(followed, what="the contract that follows")
    page = await visit(f"reseller-{ours.mark.lower()}", f"/contrats/{old}", password=worlds.PASSWORD)
    await expect(page.locator(".cover")).to_contain_text(f"La couverture se poursuit avec le contrat n° {new}.")
    await page.get_by_role("link", name="Renouvellement", exact=True).click()
    await expect(page.locator("form.card")).to_contain_text("Commandé")
    await page.get_by_label("Note").fill("Merci")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator("tbody tr", has_text=old)).to_contain_text("Commandé")
    await page.goto(f"/contrats/{old}/rappels")
    await expect(page.locator("table").first).to_contain_text(f"le contrat n° {new} prend la suite")
