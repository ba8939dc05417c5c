"""SQP's desk in a browser: two agents side by side, by keyboard alone and by mouse alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Locator, Page, expect
from tests.portal.conftest import PHONE, Visit, log_in
from tests.portal.incidents import Declare, People, composer, live

from web import clock

pytestmark = pytest.mark.e2e

AGENT, COLLEAGUE = "sqp_support", "sqp_camille"
# A letter with a modifier, as some keyboards and systems send it.
PRESSED = """(modifier) => {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true, [modifier]: true }));
}"""
INCIDENT = re.compile(r"/incidents/(\d+)")


def number_at(page: Page) -> str:
    found = INCIDENT.search(page.url)
    assert found, page.url
    return found[1]


def row(page: Page, number: str) -> Locator:
    return page.locator(f"tr:has(#rang-{number})")


def bar(page: Page) -> Locator:
    return page.locator("#desk-bar")


class View:
    """A view of the queue that holds what one test has declared, and nothing else."""

    def __init__(self, visit: Visit, declare: Declare, word: str) -> None:
        self._visit = visit
        self._declare = declare
        self._word = word
        self.path = f"/a-traiter?q={quote(word)}"

    async def declared(self, count: int) -> list[str]:
        return [await self.one(str(place)) for place in range(count)]

    async def one(self, key: str) -> str:
        return await self._declare(key=key, title=f"{self._word} {key}")

    async def open_as(self, login: str, **options: Any) -> Page:
        page = await self._visit(login, self.path, **options)
        await live(page)
        return page


@pytest.fixture
def view(visit: Visit, declare: Declare, request: pytest.FixtureRequest) -> View:
    return View(visit, declare, f"bureau{abs(hash(request.node.name)) % 10**8}")


async def test_sqps_work_begins_at_the_queue_and_everybody_elses_does_not(visit: Visit) -> None:
    page = await visit(None, "/connexion")
    await log_in(page, AGENT)
    await expect(page).to_have_url(re.compile("/a-traiter"))
    first = page.get_by_role("navigation", name="Menu principal").get_by_role("link").first
    await expect(first).to_have_text(re.compile("À traiter"))
    await expect(first.locator(".count")).to_have_text(re.compile(r"^\d+$"))
    other = await visit("revendeur_test", "/a-traiter")
    await expect(other.get_by_role("heading", level=1)).to_have_text(
        re.compile("introuvable|n’existe pas", re.IGNORECASE)
    )
    await expect(other.get_by_role("navigation", name="Menu principal")).not_to_contain_text("À traiter")


async def test_two_agents_get_two_incidents_and_see_whose_each_is_live(view: View) -> None:
    declared = await view.declared(2)
    watching = await view.open_as(AGENT)
    one, two = await view.open_as(AGENT), await view.open_as(COLLEAGUE)
    for page in (one, two):
        await page.get_by_role("button", name="Suivant").click()
        await page.wait_for_url(INCIDENT)
    assert {number_at(one), number_at(two)} == set(declared)
    await expect(row(watching, number_at(one))).to_contain_text("Moi")
    await expect(row(watching, number_at(two))).to_contain_text("Camille Durand")
    await expect(bar(two)).to_contain_text("vous")
    seen = await watching.context.new_page()
    await seen.goto(f"/incidents/{number_at(two)}")
    await live(seen)
    await expect(bar(seen)).to_contain_text("Camille Durand")
    await bar(two).get_by_role("button", name="Rendre").click()
    await expect(bar(seen).get_by_role("button", name="Prendre")).to_be_visible()
    await expect(row(watching, number_at(two)).get_by_role("button", name="Prendre")).to_be_visible()


async def test_who_takes_too_late_is_told_who_was_faster(view: View) -> None:
    [number] = await view.declared(1)
    slow = await view.open_as(AGENT)
    fast = await view.open_as(COLLEAGUE)
    taking = slow.locator(f"#prendre-{number}")
    await taking.wait_for()
    held = await taking.evaluate_handle("button => button.form")
    await row(fast, number).get_by_role("button", name="Prendre").click()
    await expect(row(fast, number)).to_contain_text("Moi")
    await held.evaluate("form => { document.body.append(form); form.requestSubmit(); }")
    await expect(slow.get_by_role("alert").filter(has_text="Camille Durand s’occupe déjà")).to_be_visible()


async def test_an_agent_works_by_keyboard_alone(view: View, people: People) -> None:
    first, second = await view.declared(2)
    for number in (first, second):
        await people("revendeur_test").post(
            f"/incidents/{number}/messages?thread=sqp", {"body": "Bonjour ?", "file_ids": []}
        )
    page = await view.open_as(AGENT)
    await expect(row(page, first)).to_contain_text("Répondre")
    await page.keyboard.press("j")
    await expect(row(page, first).locator(".row-link")).to_be_focused()
    await page.keyboard.press("j")
    await expect(row(page, second).locator(".row-link")).to_be_focused()
    await page.keyboard.press("k")
    await page.keyboard.press("p")
    await expect(row(page, first)).to_contain_text("Moi")
    await expect(row(page, first).locator(".row-link")).to_be_focused()
    await page.keyboard.press("o")
    await page.wait_for_url(INCIDENT)
    assert number_at(page) == first
    await live(page)
    await page.keyboard.press("r")
    text = composer(page).locator("textarea").first
    await expect(text).to_be_focused()
    await page.keyboard.type("nous regardons, pas de panique ?")
    await expect(text).to_have_value("nous regardons, pas de panique ?")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message", has_text="nous regardons")).to_be_visible()
    await expect(bar(page)).not_to_contain_text("Sans réponse")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("n")
    await page.wait_for_url(lambda url: second in url)
    await expect(bar(page)).to_contain_text("vous")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("q")
    await page.wait_for_url("**/a-traiter")


async def test_an_agent_works_by_mouse_alone(view: View) -> None:
    first, second = await view.declared(2)
    page = await view.open_as(AGENT)
    await page.get_by_role("button", name="Suivant").click()
    await page.wait_for_url(INCIDENT)
    assert number_at(page) == first
    await bar(page).locator("summary", has_text="Transmettre").click()
    await bar(page).get_by_role("button", name="Transmettre").click()
    await expect(page.get_by_text("À qui : à renseigner.").first).to_be_visible()
    await bar(page).get_by_label("À qui").select_option("Camille Durand")
    await bar(page).get_by_label("Note pour votre collègue").fill("Elle connaît ce client.")
    await bar(page).get_by_role("button", name="Transmettre").click()
    await expect(page.get_by_text("L’incident est transmis.")).to_be_visible()
    await bar(page).get_by_text("Qui s’en est occupé").click()
    await expect(bar(page)).to_contain_text("Elle connaît ce client.")
    await bar(page).get_by_role("button", name="Suivant").click()
    await page.wait_for_url(lambda url: second in url)
    await bar(page).locator("summary", has_text="Passer").click()
    await bar(page).get_by_label("Pourquoi le passer").fill("Je ne connais pas ce modèle.")
    await bar(page).get_by_role("button", name="Passer").click()
    await expect(page.get_by_text("Plus rien à traiter dans cette vue.")).to_be_visible()
    await expect(row(page, second)).to_have_count(0)
    await page.get_by_role("link", name=re.compile("Passés")).click()
    await expect(row(page, second)).to_be_visible()


async def test_what_is_put_off_comes_back_when_the_reseller_writes_and_goes_again_with_one_click(
    view: View, people: People
) -> None:
    [number] = await view.declared(1)
    asked = {"status": "pending", "reason": "waiting_reseller", "note": "Une photo, s’il vous plaît."}
    for moved in ({"status": "in_diagnosis", "note": ""}, asked):
        version = (await people(AGENT).get(f"/incidents/{number}"))["version"]
        await people(AGENT).post(f"/incidents/{number}/status", moved, if_match=f'"{version}"')
    page = await view.open_as(AGENT)
    await page.goto(f"/incidents/{number}")
    await live(page)
    await bar(page).locator("summary", has_text="Remettre à plus tard").click()
    await bar(page).get_by_label("Remettre au").fill("2001-01-01")
    await bar(page).get_by_role("button", name="Remettre à plus tard").click()
    await expect(bar(page).get_by_text(re.compile("Choisissez un jour du")).first).to_be_visible()
    day = clock.today() + timedelta(days=10)
    await bar(page).get_by_label("Remettre au").fill(day.isoformat())
    await bar(page).get_by_role("button", name="Remettre à plus tard").click()
    again = bar(page).get_by_role("button", name=f"Remettre au {day:%d/%m/%Y}")
    await expect(bar(page).get_by_role("button", name="Reprendre maintenant")).to_be_visible()
    await expect(bar(page)).to_contain_text(f"À reprendre le {day:%d/%m/%Y}")
    await people("revendeur_test").post(f"/incidents/{number}/messages?thread=sqp", {"body": "La voici."})
    await expect(bar(page)).to_contain_text("Répondre")
    await again.click()
    await expect(bar(page)).to_contain_text(f"À reprendre le {day:%d/%m/%Y}")
    await bar(page).get_by_role("button", name="Reprendre maintenant").click()
    await expect(bar(page)).to_contain_text("Répondre")


async def test_no_key_acts_while_one_types_with_a_modifier_or_when_turned_off(view: View) -> None:
    [number] = await view.declared(1)
    page = await view.open_as(AGENT)
    search = page.get_by_role("searchbox", name="Numéro, intitulé, série, client, revendeur")
    await search.press_sequentially(" n")
    await expect(page).to_have_url(re.compile("/a-traiter"))
    await search.blur()
    for modifier in ("ctrlKey", "metaKey", "altKey", "modifierAltGraph"):
        await page.evaluate(PRESSED, modifier)
    await expect(page.locator(".row-link:focus")).to_have_count(0)
    await page.keyboard.press("?")
    await page.get_by_role("dialog").get_by_role("button", name="Désactiver les raccourcis").click()
    await expect(page.get_by_text("Les raccourcis clavier sont désactivés.")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("?")
    await expect(page.locator(".row-link:focus")).to_have_count(0)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.goto("/parametres")
    await page.get_by_role("button", name="Activer les raccourcis").click()
    await expect(page.get_by_text("Les raccourcis clavier sont activés.")).to_be_visible()
    await page.goto(view.path)
    await page.keyboard.press("j")
    await expect(row(page, number).locator(".row-link")).to_be_focused()


async def test_what_arrives_live_leaves_the_focus_where_it_was(view: View) -> None:
    [number] = await view.declared(1)
    page = await view.open_as(AGENT)
    await page.keyboard.press("j")
    later = await view.one("later")
    await expect(row(page, later)).to_be_visible()
    await expect(row(page, number).locator(".row-link")).to_be_focused()
    await row(page, later).get_by_role("button", name="Prendre").focus()
    last = await view.one("last")
    await expect(row(page, last)).to_be_visible()
    await expect(page.locator(f"#prendre-{later}")).to_be_focused()


async def test_filters_stand_in_the_address_and_next_keeps_to_them(view: View, people: People) -> None:
    first, second = await view.declared(2)
    version = (await people(AGENT).get(f"/incidents/{second}"))["version"]
    moved = {"status": "in_diagnosis", "note": ""}
    await people(AGENT).post(f"/incidents/{second}/status", moved, if_match=f'"{version}"')
    page = await view.open_as(AGENT)
    await expect(row(page, first)).to_be_visible()
    await page.get_by_label("Action", exact=True).select_option("Poursuivre le diagnostic")
    await expect(row(page, first)).to_have_count(0)
    await expect(page).to_have_url(re.compile("action=diagnose"))
    await expect(page).to_have_url(re.compile("q=bureau"))
    await page.reload()
    await expect(row(page, first)).to_have_count(0)
    await page.get_by_role("button", name="Suivant").click()
    await page.wait_for_url(INCIDENT)
    assert number_at(page) == second


async def test_everything_works_without_scripts_and_on_a_phone(view: View, visit: Visit) -> None:
    [number] = await view.declared(1)
    page = await visit(AGENT, view.path, java_script_enabled=False, viewport=PHONE)
    await row(page, number).get_by_role("button", name="Prendre").click()
    await expect(row(page, number)).to_contain_text("Moi")
    await row(page, number).locator(".row-link").click()
    await bar(page).get_by_role("button", name="Rendre").click()
    await expect(bar(page).get_by_role("button", name="Prendre")).to_be_visible()


async def test_other_parties_see_nothing_of_the_desk(visit: Visit, view: View, people: People) -> None:
    [number] = await view.declared(1)
    await people(AGENT).post(f"/desk/{number}/take", None)
    for login in ("revendeur_test", "client_test"):
        page = await visit(login, f"/incidents/{number}")
        await expect(bar(page)).to_have_count(0)
        await expect(page.locator("#keys")).to_have_count(0)
        assert "prendre" not in await page.content()
