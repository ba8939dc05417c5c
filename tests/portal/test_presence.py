"""Who of SQP is at an incident, in browsers: two agents, two tabs, a page that is killed; a reseller sees nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect
from tests.portal.conftest import Visit
from tests.portal.incidents import Declare, live

pytestmark = pytest.mark.e2e

AGENT, COLLEAGUE = "sqp_support", "sqp_camille"


def answering(number: str) -> str:
    return f"/incidents/{number}?onglet=messagerie-sqp"


async def test_agents_see_each_other_look_write_and_leave_on_the_incident_and_in_the_queue(
    visit: Visit, declare: Declare
) -> None:
    number = await declare(title="Presencedeux")
    queue = await visit(AGENT, "/a-traiter?q=Presencedeux")
    mine = await visit(AGENT, answering(number))
    colleague = await visit(COLLEAGUE, answering(number))
    row = queue.locator(f'[data-presence-of="{number}"]')
    for page in (queue, mine, colleague):
        await live(page)
    looks = mine.locator("[data-presence] .present")
    await expect(looks).to_have_text("Camille Durand consulte")
    await expect(row).to_have_text("Camille Durand consulte")
    text = colleague.locator("form.composer textarea")
    await text.fill("Votre disque part ce soir.")
    await expect(looks).to_have_text("Camille Durand rédige")
    await expect(row).to_have_text("Camille Durand rédige")
    await text.fill("")
    await expect(looks).to_have_text("Camille Durand consulte")
    await colleague.goto("/incidents")
    await expect(looks).to_have_count(0)
    await expect(row).to_be_empty()


async def test_ones_own_other_tab_is_not_a_colleague(visit: Visit, declare: Declare) -> None:
    number = await declare()
    first = await visit(AGENT, answering(number))
    async with first.expect_response("**/presence"):
        await first.reload()
    second = await first.context.new_page()
    async with second.expect_response("**/presence"):
        await second.goto(answering(number))
    await expect(second.locator(".present")).to_have_count(0)


async def test_what_the_server_does_not_say_is_not_shown(visit: Visit, declare: Declare) -> None:
    """The names go at once, not when somebody happens to be heard of again."""
    number = await declare()
    mine = await visit(AGENT, answering(number))
    await live(mine)
    colleague = await visit(COLLEAGUE, answering(number))
    await expect(mine.locator("[data-presence] .present")).to_have_count(1)

    async def refuse(route: Route) -> None:
        await route.abort()

    await mine.route("**/presence", refuse)
    await colleague.locator("form.composer textarea").fill("Bonjour,")
    await expect(mine.locator("[data-presence] .present")).to_have_count(0)


async def test_a_resellers_page_neither_says_nor_hears_who_is_there(visit: Visit, declare: Declare) -> None:
    number = await declare()
    seller = await visit("revendeur_test", answering(number))
    await live(seller)
    heard = (
        "() => { window.heard = []; document.body.addEventListener('presence-changed', () => window.heard.push(1)); }"
    )
    await seller.evaluate(heard)
    agent = await visit(AGENT, answering(number))
    await live(agent)
    colleague = await visit(COLLEAGUE, answering(number))
    await expect(agent.locator("[data-presence] .present")).to_have_text("Camille Durand consulte")
    await expect(seller.locator("[data-presence], .present")).to_have_count(0)
    assert "Camille" not in await seller.content()
    assert await seller.evaluate("window.heard") == []
    status = "async (path) => (await fetch(path)).status"
    assert await seller.evaluate(status, "/a-traiter/presence") == 404
    await colleague.close()
