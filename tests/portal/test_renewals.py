"""Renewals: a reseller follows what ends, and the shop's order closes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from demonstration import caller, seeding
from devstack.testing import world as worlds
from devstack.testing.running import RunningStack
from devstack.testing.world import World
from web import clock

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
async def ours(site: RunningStack, http: aiohttp.ClientSession) -> World:
    """Its contract without client ends in 40 days, and an extension is on sale for it."""
    world = await worlds.make(site, http)
    offer = {
        "applies_to_product_reference": f"TS-{world.mark}",
        "label": f"Extension 1 an {world.mark}",
        "months": 12,
        "order_days_after_end": -30,
    }
    await world.office.put(f"/backoffice/extension-offers/SKU-{world.mark}", offer)
    return world


async def test_a_renewal_from_proposal_to_order(visit: Visit, ours: World) -> None:
    page = await visit(f"reseller-{ours.mark.lower()}", "/renouvellements", password=worlds.PASSWORD)
    end = clock.today() + timedelta(days=40)
    row = page.locator("tbody tr", has_text=ours.unheld)
    await expect(row).to_contain_text("À proposer")
    await expect(row).to_contain_text("1 offre")
    await row.get_by_role("link").click()

    await expect(page.get_by_role("heading", level=1)).to_contain_text(ours.unheld)
    until = clock.today() + timedelta(days=10)
    await expect(page.locator(".offers")).to_contain_text(f"À commander jusqu’au {until:%d/%m/%Y} inclus")
    await page.get_by_label("État").select_option("Perdu")
    await page.get_by_label("Note").fill("Devis envoyé à M. Martin")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_contain_text("Motif : à renseigner.")
    await expect(page.get_by_label("Note")).to_have_value("Devis envoyé à M. Martin")

    await page.get_by_label("État").select_option("Proposé")
    await page.get_by_label("Prochaine relance").fill(clock.today().isoformat())
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("status").first).to_contain_text("Le renouvellement est enregistré.")
    await expect(row).to_contain_text("Proposé")
    await expect(row.locator(".state.pending")).to_contain_text(f"{clock.today():%d/%m/%Y}")

    order = {"order_id": f"CMD-{ours.mark}", "sku": f"SKU-{ours.mark}"}
    await ours.office.post(f"/backoffice/contracts/{ours.unheld}/extensions", order)
    await page.reload()
    await expect(row).to_contain_text("Commandé")
    await page.goto(f"/renouvellements/{ours.unheld}/{end}")
    await expect(page.locator("form.card")).to_contain_text(
        f"Commande CMD-{ours.mark} : la garantie est prolongée jusqu’au "
    )
    await expect(page.get_by_label("État")).to_have_count(0)


async def test_a_renewal_from_reminder_to_order(
    visit: Visit, ours: World, site: RunningStack, http: aiohttp.ClientSession
) -> None:
    """The demonstration's contract that ends in twelve days: told, looked into, proposed, ordered, armed again."""
    reader = caller.person(http, site.url, "revendeur_test", seeding.PASSWORD)
    told_of = {line["title"].partition("]")[0] for line in (await reader.get("/notifications?limit=200"))["items"]}
    assert {"[Fin de garantie", "[Dernier délai"} <= told_of
    page = await visit("revendeur_test", "/contrats/30109")
    await page.get_by_role("link", name="Pourquoi pas de rappel ?").click()
    rows = page.locator("table.reminders").first.locator("tbody tr")
    await expect(rows.filter(has_text="90 jours avant la fin")).to_contain_text("il ne restait que 12 jours")
    told = rows.filter(has_text="30 jours avant la fin")
    await expect(told).to_contain_text("Calculé")
    await expect(told).to_contain_text("Revendeur Test")
    await expect(told).to_contain_text("E-mail")
    await expect(rows.filter(has_text="7 jours avant la fin").last).to_contain_text("Prévu le")
    await expect(rows.filter(has_text="Dernier délai de commande")).to_contain_text("Calculé")

    await page.go_back()
    await page.get_by_role("link", name="Renouvellement", exact=True).click()
    await page.get_by_label("État").select_option("Proposé")
    await page.get_by_role("button", name="Enregistrer").click()
    row = page.locator("tbody tr", has_text="30109").first
    await expect(row).to_contain_text("Proposé")
    order = {"order_id": f"CMD-{ours.mark}-2", "sku": "CL-SV-E1DS920"}
    await ours.office.post("/backoffice/contracts/30109/extensions", order)
    await page.reload()
    await expect(row).to_contain_text("Commandé")
    await page.goto("/contrats/30109/rappels")
    await expect(page.get_by_role("heading", level=2)).to_contain_text("Fin de garantie précédente")
    await expect(rows.filter(has_text="90 jours avant la fin")).to_contain_text("Prévu le")
    await ours.office.delete(f"/backoffice/contracts/30109/extensions/CMD-{ours.mark}-2")
    await page.goto("/renouvellements")
    await expect(row).to_contain_text("Proposé")


async def test_the_second_of_two_colleagues_is_shown_what_the_first_noted(visit: Visit, ours: World) -> None:
    end = clock.today() - timedelta(days=10)
    where = f"/renouvellements/{ours.expired}/{end}"
    page = await visit(f"reseller-{ours.mark.lower()}", where, password=worlds.PASSWORD)
    await ours.reseller.patch(f"/renewals/{ours.expired}/{end}", {"note": "Du premier"}, if_match='"0"')
    await page.get_by_label("Note").fill("Du second")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_contain_text("Note : la valeur actuelle est « Du premier ».")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Renouvellements")
    assert (await ours.reseller.get(f"/renewals/{ours.expired}/{end}"))["note"] == "Du second"


async def test_the_list_is_narrowed_by_month_and_exported_as_it_stands(visit: Visit, tmp_path: Path) -> None:
    page = await visit("revendeur_test", "/renouvellements?state=lost")
    await expect(page.locator("tbody tr:not(.group)")).to_have_count(1)
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Exporter en CSV").click()
    await (await downloading.value).save_as(tmp_path / "list.csv")
    lines = (tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "30107" in lines[1]
    await page.goto("/renouvellements")
    chip = page.locator(".months .chip").first
    await chip.click()
    await expect(page.locator(".months .chip[aria-current=true]")).to_have_count(1)
    await expect(page.locator("tr.group")).to_have_count(1)


async def test_a_client_has_no_renewals(visit: Visit) -> None:
    page = await visit("client_test", "/contrats")
    await expect(page.get_by_role("link", name="Renouvellements")).to_have_count(0)
