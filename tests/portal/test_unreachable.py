"""What is asked or sent while the portal is out of reach, or slow to answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, Route, expect
from tests.portal.conftest import Visit
from tests.portal.declaring import INCIDENT, Form, fill, submit
from tests.portal.incidents import Declare, composer, live, send

pytestmark = pytest.mark.e2e


async def test_a_form_sent_without_a_network_stays_and_is_sent_when_it_is_back(form: Form) -> None:
    page = await form()
    await fill(page)
    await expect(page.locator("#draft-state")).to_contain_text("Brouillon enregistré")
    place = page.url
    await page.context.set_offline(True)
    await submit(page)
    notice = page.locator("#unreachable")
    await expect(notice).to_contain_text("rien n’est envoyé")
    assert page.url == place
    await expect(page.get_by_label("Descriptif")).not_to_have_value("")
    await page.context.set_offline(False)
    await notice.get_by_role("button", name="Réessayer").click()
    await page.wait_for_url(INCIDENT)


async def test_a_search_without_a_network_says_so_and_goes_on_by_itself(visit: Visit) -> None:
    page = await visit("revendeur_test", "/incidents")
    await page.context.set_offline(True)
    await page.locator("#incidents-q").fill("zzzz")
    notice = page.locator("#unreachable")
    await expect(notice).to_contain_text("la page n’est pas à jour")
    await page.context.set_offline(False)
    await expect(page.get_by_text("Aucun incident ne correspond.")).to_be_visible()
    await expect(notice).to_be_hidden()


async def test_a_tab_asked_for_without_a_network_does_not_take_away_what_is_typed_since(
    visit: Visit, declare: Declare
) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp")
    await page.route("**/*onglet=contrat*", lambda route: route.abort())
    await page.locator("#tab-contrat").click()
    await expect(page.locator("#unreachable")).to_contain_text("la page n’est pas à jour")
    await page.unroute("**/*onglet=contrat*")
    await composer(page).locator("textarea").fill("Le disque 3 est mort.")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await send(page)
    await expect(page.locator(".message")).to_contain_text("Le disque 3 est mort.")
    assert [url for url in asked if "onglet=contrat" in url] == []


async def test_the_answer_of_another_part_says_nothing_of_the_one_that_is_away(visit: Visit) -> None:
    page = await visit("revendeur_test", "/incidents")
    # The list is read once more when its stream opens.
    await expect(page.locator("body[data-live]")).to_be_attached()
    await page.route("**/incidents?*zzzz*", lambda route: route.abort())
    await page.locator("#incidents-q").fill("zzzz")
    notice = page.locator("#unreachable")
    await expect(notice).to_contain_text("la page n’est pas à jour")
    async with page.expect_response("**/recherche/suggestions*"):
        await page.locator("#finder").fill("29962")
    await expect(page.locator("#finder-list")).to_contain_text("29962")
    await expect(notice).to_be_visible()
    # Nor does the list that is read anew, without what was asked of it.
    async with page.expect_response(lambda got: "/incidents" in got.url and "zzzz" not in got.url):
        await page.evaluate("document.body.dispatchEvent(new Event('incident-changed'))")
    await expect(page.locator("#incidents tbody tr")).not_to_have_count(0)
    await expect(notice).to_be_visible()
    await page.unroute("**/incidents?*zzzz*")
    await notice.get_by_role("button", name="Réessayer").click()
    await expect(page.get_by_text("Aucun incident ne correspond.")).to_be_visible()
    await expect(notice).to_be_hidden()


async def test_what_takes_long_shows_that_it_is_under_way(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}")
    going_on = asyncio.Event()

    async def slowly(route: Route) -> None:
        await going_on.wait()
        await route.continue_()

    await page.route("**/incidents/*?onglet=contrat", slowly)
    await page.locator("#tab-contrat").click()
    await expect(page.locator("#loading")).to_be_visible()
    going_on.set()
    await expect(page.locator("#loading")).to_be_hidden()
    await expect(page.locator("section.sheet")).to_contain_text("30101")


@dataclass
class Held:
    page: Page
    number: str
    going_on: asyncio.Event

    async def press(self, button: str) -> None:
        """The list reads itself afresh before the form has left. By script: Playwright would wait until the page is
        gone."""
        async with self.page.expect_request(lambda asked: asked.method == "HEAD"):
            await self.page.evaluate("id => document.getElementById(id).click()", button)
        before = await self.page.query_selector(f"#{button}")
        async with self.page.expect_response("**/a-traiter?*"):
            await self.page.evaluate("document.body.dispatchEvent(new Event('incident-changed'))")
        await self.page.wait_for_function("button => !button.isConnected", arg=before)
        self.going_on.set()


@pytest.fixture
async def held(visit: Visit, declare: Declare, request: pytest.FixtureRequest) -> Held:
    """The queue with one incident, and what holds back the answer whether the portal is reachable."""
    number = await declare(title=request.node.name)
    page = await visit("sqp_support", f"/a-traiter?q={number}")
    await live(page)
    going_on = asyncio.Event()

    async def slowly(route: Route) -> None:
        await going_on.wait()
        await route.continue_()

    await page.route("**/reach.*", slowly)
    return Held(page, number, going_on)


async def test_a_form_whose_row_is_read_anew_before_it_left_is_sent(held: Held) -> None:
    await held.press(f"prendre-{held.number}")
    await expect(held.page.locator(f"tr:has(#rang-{held.number})")).to_contain_text("Moi")


async def test_the_rows_that_were_chosen_leave_with_their_form(held: Held) -> None:
    await held.page.get_by_label(f"Choisir l’incident {held.number}").check()
    await held.press("bulk-act")
    await expect(held.page.get_by_text("1 incident choisi")).to_be_visible()
