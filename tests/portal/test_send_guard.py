"""The send guard in the browser: what was written before the thread moved stops once, and stays; two agents."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect
from tests.portal.incidents import Declare, People, attach, composer, live, move, send, write

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


async def ask(people: People, number: str, sentence: str = "Des nouvelles ?") -> None:
    await people("revendeur_test").post(f"/incidents/{number}/messages?thread=sqp", {"body": sentence})


async def test_two_agents_answer_one_question_and_the_second_reads_the_first_before_sending(
    visit: Visit, declare: Declare, people: People, agent: str
) -> None:
    number = await declare()
    await ask(people, number)
    support = await visit("sqp_support", answering(number))
    colleague = await visit(agent, answering(number), password=worlds.PASSWORD)
    for page in (support, colleague):
        await live(page)
        await composer(page).locator("textarea").fill("Votre disque part ce soir.")
    await attach(colleague, "bordereau.txt")
    await expect(composer(colleague).locator(".upload-list li")).to_contain_text("Envoyé", use_inner_text=True)
    await send(support)
    await expect(composer(support).locator(".said")).to_contain_text("Mis en envoi à")
    await expect(colleague.locator(".message")).to_have_count(2)
    await send(colleague)
    stopped = composer(colleague).locator(".said")
    await expect(stopped).to_contain_text("Votre message n’est pas encore parti. Entre-temps,")
    await expect(stopped).to_contain_text("a écrit. Relisez, puis envoyez à nouveau.")
    await expect(composer(colleague).locator("textarea")).to_have_value("Votre disque part ce soir.")
    await expect(composer(colleague).locator(".upload-list li")).to_have_count(1)
    await expect(colleague.locator(".message")).to_have_count(2)
    await composer(colleague).locator("textarea").fill("Et le bordereau est joint.")
    await send(colleague)
    await expect(stopped).to_contain_text("Mis en envoi à")
    await expect(support.locator(".message")).to_have_count(3)
    await expect(support.locator(".message .attachment")).to_contain_text("bordereau.txt")


async def test_a_double_click_does_not_send_what_was_stopped(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    page = await visit("sqp_support", answering(number))
    await composer(page).locator("textarea").fill("Bonjour")
    await ask(people, number)
    await composer(page).get_by_role("button", name="Envoyer à").dblclick()
    await expect(composer(page).locator(".said")).to_contain_text("Votre message n’est pas encore parti.")
    await expect(page.locator(".message")).to_have_count(1)
    await expect(composer(page).get_by_role("button", name="Envoyer à")).to_be_enabled()
    await composer(page).locator("textarea").press("Control+Enter")
    await expect(page.locator(".message")).to_have_count(2)


async def test_a_stop_while_the_page_is_reading_what_came_is_the_only_one(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("sqp_support", answering(number))
    await live(page)
    await composer(page).locator("textarea").fill("Bonjour")
    waiting: list[Route] = []

    async def hold(route: Route) -> None:
        if route.request.method == "GET" and not waiting:
            waiting.append(route)
        else:
            await route.continue_()

    await page.route("**/messages/sqp?*", hold)
    async with page.expect_request("**/messages/sqp?*"):
        await ask(people, number)
    async with page.expect_response(lambda answer: answer.status == 412):
        await send(page)
    await waiting[0].continue_()
    await expect(composer(page).locator(".said")).to_contain_text("Votre message n’est pas encore parti.")
    await expect(page.locator(".message")).to_have_count(1)
    await send(page)
    await expect(page.locator(".message")).to_have_count(2)


async def test_what_arrives_above_an_empty_composer_is_read_and_stops_nothing(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("sqp_support", answering(number))
    await live(page)
    await ask(people, number)
    await expect(page.locator(".message")).to_have_count(1)
    for index in (2, 3):
        await write(page, "Nous regardons.")
        await expect(page.locator(".message")).to_have_count(index)


async def test_a_text_that_outlived_a_reload_still_stops_for_what_came_since(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("revendeur_test", answering(number))
    await composer(page).locator("textarea").press_sequentially("Bonjour")
    await move(people("sqp_support"), number, "in_diagnosis")
    await page.reload()
    await expect(composer(page).locator("textarea")).to_have_value("Bonjour")
    await send(page)
    await expect(composer(page).locator(".said")).to_contain_text("l’incident est passé à « Diagnostic en cours »")
    await send(page)
    await expect(page.locator(".message")).to_have_count(1)


async def test_without_scripts_a_stopped_message_comes_back_under_what_came(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("client_test", f"/incidents/{number}?onglet=messagerie", java_script_enabled=False)
    await composer(page).locator("textarea").fill("Sans script.")
    await people("revendeur_test").post(f"/incidents/{number}/messages?thread=client", {"body": "Êtes-vous là ?"})
    await send(page)
    await expect(page.get_by_role("alert")).to_contain_text("Entre-temps,")
    await expect(page.locator(".message")).to_contain_text("Êtes-vous là ?")
    await expect(composer(page).locator("textarea")).to_have_value("Sans script.")
    await send(page)
    await expect(page.locator(".message")).to_have_count(2)


async def test_notes_are_not_stopped(visit: Visit, declare: Declare, people: People, agent: str) -> None:
    number = await declare()
    page = await visit(agent, f"/incidents/{number}?onglet=notes", password=worlds.PASSWORD)
    await composer(page).locator("textarea").fill("Pour mémoire")
    await move(people("sqp_support"), number, "in_diagnosis")
    await composer(page).get_by_role("button", name="Enregistrer la note interne").click()
    await expect(page.locator(".message")).to_have_count(1)
