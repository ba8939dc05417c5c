"""The promise of dispatch on the eve of a holiday, on a stack whose clock stands there."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import Visit
from tests.portal.declaring import fill, submit
from tests.portal.incidents import People

from demonstration import caller, guide_rows, seeding
from demonstration.caller import eventually
from devstack.testing.address import AddressStack
from devstack.testing.embedded import EmbeddedStack
from incidents.promises.working_days import WorkingDays, public_holidays
from web.clock import PARIS
from web.text.days import MONTHS, WEEKDAYS

pytestmark = pytest.mark.e2e

# Of its own: the demonstration exchanges some of its units.
CONTRACT, SERIAL = "30190", "Q218C30190"
DECLARATION = f"/contrats/{CONTRACT}/declarer"
DAYS = WorkingDays()


def _eve() -> date:
    """The next working day but this week's that is followed by a holiday in mid-week, and that by a working day."""
    day = datetime.now(PARIS).date() + timedelta(days=7)
    while not (day in DAYS and _is_lone_holiday(day + timedelta(days=1))):
        day += timedelta(days=1)
    return day


def _is_lone_holiday(day: date) -> bool:
    return day in public_holidays(day.year) and day.weekday() < 5 and day + timedelta(days=1) in DAYS


EVE = _eve()
AFTER, THEN = DAYS.after(EVE), DAYS.after(EVE, 2)


def named(day: date) -> str:
    """Without the year, which follows where it is another."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{WEEKDAYS['fr'][day.weekday()]} {number} {MONTHS['fr'][day.month - 1]}"


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[EmbeddedStack]:
    """Started at eight in the morning of the eve: far from the cut-off, however long it takes."""
    if AddressStack.of_environment():
        pytest.skip("the clock of a stack elsewhere is its own")
    folder = Path(tempfile.mkdtemp(prefix="sqp-eve-"))
    stack = EmbeddedStack(folder, clock=datetime.combine(EVE, time(8), PARIS))
    try:
        yield await stack.start()
    finally:
        await stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
async def contract(site: EmbeddedStack, http: aiohttp.ClientSession) -> None:
    office = caller.service_account(http, site.url, seeding.ACCOUNT, seeding.SECRET)
    body = {**guide_rows.relative_contracts(EVE)["30102"], "serial_number": SERIAL, "articles": []}
    await office.put(f"/backoffice/contracts/{CONTRACT}", body)
    reseller = caller.person(http, site.url, "revendeur_test", seeding.PASSWORD)
    await eventually(lambda: reseller.get("/delivery-addresses", contract=CONTRACT), what="the contract")


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        yield session


async def set_clock(page: Page, since_offer: timedelta) -> None:
    """The browser's clock, which is two hours wrong, so long after the page was made."""
    await page.clock.set_fixed_time(WRONG + since_offer)


WRONG = datetime.combine(EVE, time(6), PARIS)


def line(page: Page) -> Any:
    return page.locator("#countdown [data-closes]:visible")


async def test_the_countdown_is_the_services_and_names_the_next_day_from_the_cut_off_on(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.clock.set_fixed_time(WRONG)
    await page.goto(DECLARATION)
    block = page.locator("#countdown")
    made = datetime.fromisoformat(str(await block.get_attribute("data-now")))
    to_cutoff = datetime.combine(EVE, time(16), PARIS) - made
    await expect(line(page)).to_contain_text("Déclarez avant 16:00, il reste 7")
    await expect(line(page)).to_contain_text(f"envoi {named(AFTER)}")
    await set_clock(page, to_cutoff - timedelta(minutes=30))
    await expect(line(page).get_by_role("timer")).to_have_text(re.compile("^(29|30)\u00a0min$"))
    await set_clock(page, to_cutoff - timedelta(seconds=15))
    await expect(line(page).get_by_role("timer")).to_have_text(re.compile("^1?[0-9]\u00a0s$"))
    await expect(line(page)).to_contain_text(f"envoi {named(AFTER)}")
    await set_clock(page, to_cutoff)
    await expect(line(page)).to_contain_text(f"Déclarez avant {named(AFTER)}")
    await expect(line(page)).to_contain_text(f"envoi {named(THEN)}")
    await expect(block.get_by_role("status")).to_contain_text(f"envoi {named(THEN)}")
    await set_clock(page, timedelta(days=30))
    await expect(block.locator(".over")).to_be_visible()
    await expect(line(page)).to_have_count(0)


async def test_without_scripts_the_promise_stands_all_the_same(visit: Visit) -> None:
    page = await visit("revendeur_test", DECLARATION, java_script_enabled=False)
    await expect(line(page)).to_have_count(1)
    await expect(line(page)).to_contain_text(f"envoi {named(AFTER)}")


async def test_a_promise_on_the_eve_of_a_holiday_outlives_a_closure_and_waits_with_its_incident(
    visit: Visit, people: People
) -> None:
    page = await visit("revendeur_test", DECLARATION)
    await fill(page, "Plus de réseau à la veille du jour férié")
    # SQP closes the promised day while the page is open: what it showed is kept.
    office = await visit("sqp_support", "/parametres/promesse")
    await office.get_by_label("Jour de fermeture").fill(AFTER.isoformat())
    await office.get_by_label("Motif").fill("Pont")
    await office.get_by_role("button", name="Ajouter la fermeture").click()
    await expect(office.get_by_role("status").first).to_contain_text("La fermeture est enregistrée")
    await submit(page)
    await page.wait_for_url(re.compile("/incidents/[0-9]+$"))
    number = page.url.rsplit("/", 1)[1]
    await expect(page.locator("#line .promised")).to_contain_text(f"Envoi promis {named(AFTER)}")
    other = await visit("revendeur_test", DECLARATION)
    await expect(line(other)).to_contain_text(f"envoi {named(THEN)}")
    # The list, and SQP's, say it by word and day.
    for login in ("revendeur_test", "client_test", "sqp_support"):
        seen = await visit(login, f"/incidents?q={number}")
        await expect(seen.locator("tbody .promised")).to_contain_text("Envoi promis")
    # SQP waits for the reseller: the page that is open says so.
    support = people("sqp_support")
    await _move(support, number, status="in_diagnosis")
    await _move(support, number, status="pending", reason="waiting_reseller")
    await expect(page.locator("#line .promised")).to_contain_text("Promesse suspendue", timeout=15_000)
    await _send_replacement(support, number)
    await expect(page.locator("#line .promised")).to_contain_text(f"Promesse tenue · {named(AFTER)}", timeout=15_000)


async def test_a_closure_that_says_nothing_is_refused_and_nothing_typed_is_lost(visit: Visit) -> None:
    office = await visit("sqp_support", "/parametres/promesse")
    holiday = EVE + timedelta(days=1)
    await office.get_by_label("Jour de fermeture").fill(holiday.isoformat())
    await office.get_by_label("Motif").fill("Fermeture annuelle")
    await office.get_by_role("button", name="Ajouter la fermeture").click()
    await expect(office.locator("#day-wrong")).to_contain_text("n’est pas un jour ouvré")
    await expect(office.get_by_label("Motif")).to_have_value("Fermeture annuelle")


async def test_sqp_changes_the_cut_off_and_the_page_says_who_and_when(visit: Visit) -> None:
    office = await visit("sqp_support", "/parametres/promesse")
    await office.get_by_label("Heure limite").fill("15:30")
    await office.get_by_role("button", name="Enregistrer la règle").click()
    await expect(office.get_by_text("Modifiée par Support SQP le")).to_be_visible()
    page = await visit("revendeur_test", DECLARATION)
    await expect(line(page)).to_contain_text("Déclarez avant 15:30")


async def _move(support: Any, number: str, **change: str) -> None:
    async def moved() -> bool:
        incident = await support.get(f"/incidents/{number}")
        key = f"promise {number} {change['status']}"
        await support.post(f"/incidents/{number}/status", change, key=key, if_match=f'"{incident["version"]}"')
        return True

    await eventually(moved, what=f"{number} {change['status']}")


async def _send_replacement(support: Any, number: str) -> None:
    (serial,) = [article["serial_number"] for article in (await support.get(f"/incidents/{number}"))["articles"]]
    await support.post(
        f"/incidents/{number}/exchanges", {"serial_number": serial, "approve": True, "type": "part_only"}
    )
    await support.post(f"/incidents/{number}/shipments", {"lines": [1], "carrier": "dpd", "shipped": True})
