"""Drafts of messages in the browser: on another device, after a log-out, without scripts; their author's alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import pytest
from playwright.async_api import Page, Response, Route, expect
from tests.portal.conftest import log_in
from tests.portal.incidents import Declare, attach, composer, send

from devstack.testing import world as worlds
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
async def agent(ours: World) -> str:
    """The log-in of another person of SQP."""
    await worlds.colleague_of_support(ours)
    return f"agent-{ours.mark.lower()}"


def answering(number: str) -> str:
    return f"/incidents/{number}?onglet=messagerie-sqp"


async def typed(page: Page, sentence: str) -> None:
    """Written, and kept by the server."""
    # A file that was attached before is kept on its own.
    async with page.expect_response(lambda answer: "/brouillon" in answer.url and holds(answer, sentence)):
        await composer(page).locator("textarea").fill(sentence)
    await saved(page)


def holds(answer: Response, sentence: str) -> bool:
    return sentence in parse_qs(answer.request.post_data or "").get("body", [])


async def saved(page: Page) -> None:
    await expect(composer(page).locator(".drafted")).to_contain_text("Brouillon enregistré à")


async def held(page: Page, sentence: str) -> None:
    await expect(composer(page).locator("textarea")).to_have_value(sentence)


async def test_a_draft_and_its_file_wait_on_another_device_and_for_nobody_else(
    visit: Visit, declare: Declare, agent: str
) -> None:
    number = await declare()
    office = await visit("sqp_support", answering(number))
    await attach(office, "mesures.txt")
    await expect(composer(office).locator(".upload-list li")).to_contain_text("Envoyé", use_inner_text=True)
    await typed(office, "Votre disque part")
    home = await visit("sqp_support", answering(number))
    await held(home, "Votre disque part")
    await expect(composer(home).locator(".upload-list li")).to_contain_text("mesures.txt")
    await expect(composer(home).locator(".drafted")).to_contain_text("Brouillon du")
    await home.locator("#tab-notes").click()
    await expect(composer(home)).to_contain_text("Visible par SQP seulement")
    await held(home, "")
    colleague = await visit(agent, answering(number), password=worlds.PASSWORD)
    await held(colleague, "")
    await expect(colleague.locator("body")).not_to_contain_text("Votre disque part")
    await home.locator("#tab-messagerie-sqp").click()
    await held(home, "Votre disque part")
    await composer(home).locator("textarea").fill("Votre disque part ce soir.")
    await send(home)
    await expect(home.locator(".message .attachment")).to_contain_text("mesures.txt")
    await office.reload()
    await expect(office.locator(".message")).to_contain_text("Votre disque part ce soir.")
    await held(office, "")


async def test_a_draft_outlives_the_log_out_of_its_author(visit: Visit, declare: Declare) -> None:
    number = await declare()
    page = await visit("client_test", f"/incidents/{number}?onglet=messagerie")
    await typed(page, "À finir demain")
    await page.context.clear_cookies()
    await page.evaluate("sessionStorage.clear()")
    await log_in(page, "client_test")
    await page.goto(f"/incidents/{number}?onglet=messagerie")
    await held(page, "À finir demain")


async def test_a_draft_that_is_emptied_is_gone(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", answering(await declare()))
    await typed(page, "Finalement non")
    await composer(page).locator("textarea").fill("")
    await expect(composer(page).locator(".drafted")).to_have_text("")
    await page.reload()
    await held(page, "")
    await expect(composer(page).locator(".drafted")).to_have_text("")


async def test_what_a_tab_could_not_hand_over_is_joined_to_what_another_device_wrote(
    visit: Visit, declare: Declare
) -> None:
    number = await declare()
    away = await visit("revendeur_test", answering(number))
    await away.route("**/brouillon", lambda route: route.abort())
    await composer(away).locator("textarea").fill("Écrit dans le train.")
    await expect(composer(away).locator(".drafted")).to_contain_text("pas encore enregistré")
    await typed(await visit("revendeur_test", answering(number)), "Écrit au bureau.")
    await away.unroute("**/brouillon")
    await away.reload()
    await held(away, "Écrit au bureau.\n\nÉcrit dans le train.")
    await saved(away)


async def test_a_message_that_leaves_while_its_draft_is_on_its_way_does_not_come_back(
    visit: Visit, declare: Declare
) -> None:
    number = await declare()
    page = await visit("revendeur_test", answering(number))
    waiting: list[Route] = []
    await page.route("**/brouillon", lambda route: waiting.append(route))
    async with page.expect_request("**/brouillon"):
        await composer(page).locator("textarea").fill("Bonjour")
    await send(page)
    await expect(composer(page).locator(".said")).to_contain_text("Envoi en cours")
    await expect(page.locator(".message")).to_have_count(0)
    await waiting[0].continue_()
    await expect(composer(page).locator(".said")).to_contain_text("Envoyé à")
    await page.reload()
    await expect(page.locator(".message")).to_have_count(1)
    await held(page, "")


async def test_without_scripts_a_draft_stands_in_its_form(visit: Visit, declare: Declare) -> None:
    number = await declare()
    await typed(await visit("client_test", f"/incidents/{number}?onglet=messagerie"), "Commencé ailleurs.")
    page = await visit("client_test", f"/incidents/{number}?onglet=messagerie", java_script_enabled=False)
    await held(page, "Commencé ailleurs.")
    await send(page)
    await expect(page.locator(".message")).to_contain_text("Commencé ailleurs.")
    await held(page, "")
