"""SQP’s notes in the browser: a tab of their own, who reads them, whom they call; live, without scripts, on a phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO

import pytest
from playwright.async_api import Page, expect
from pypdf import PdfReader
from tests.portal.incidents import Declare, People, attach, composer, live, move

from devstack.testing import world as worlds
from devstack.testing.world import World

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
async def agent(ours: World) -> str:
    """The log-in of another person of SQP."""
    await worlds.colleague_of_support(ours)
    return f"agent-{ours.mark.lower()}"


def notes(number: str) -> str:
    return f"/incidents/{number}?onglet=notes"


async def note(page: Page, text: str) -> None:
    await composer(page).locator("textarea").fill(text)
    await save(page)


async def save(page: Page) -> None:
    await composer(page).get_by_role("button", name="Enregistrer la note interne").click()


async def test_two_agents_see_each_others_notes_arrive_and_who_is_called_is_told(
    visit: Visit, declare: Declare, agent: str
) -> None:
    number = await declare()
    support = await visit("sqp_support", notes(number))
    colleague = await visit(agent, f"/incidents/{number}?onglet=messagerie-sqp", password=worlds.PASSWORD)
    await live(support)
    await live(colleague)
    await expect(composer(support)).to_contain_text("Visible par SQP seulement")
    await expect(composer(colleague)).to_contain_text("Visible par le revendeur Revendeur Test")
    await composer(support).locator("textarea").fill("Troisième disque.")
    await composer(support).get_by_label("Prévenir une personne").select_option(label=await option(support, agent))
    await expect(composer(support).locator("textarea")).to_have_value(f"Troisième disque. @{agent} ")
    await attach(support, "baie.txt")
    await expect(composer(support).locator(".upload-list li")).to_contain_text("Envoyé", use_inner_text=True)
    await save(support)
    await expect(composer(support).locator(".said")).to_contain_text("Note enregistrée à")
    await expect(support.locator(".message .mentions")).to_contain_text("Avis envoyé à Agathe")
    await expect(colleague.locator("#tab-notes .news")).to_be_visible()
    await expect(colleague.locator(".message")).to_have_count(0)
    await colleague.locator("#tab-notes").click()
    await expect(colleague.locator(".message")).to_contain_text("Troisième disque.")
    await expect(colleague.locator(".message .attachment")).to_contain_text("baie.txt")
    await note(colleague, "Vu, merci.")
    await expect(support.locator(".message").last).to_contain_text("Vu, merci.")
    await colleague.goto("/notifications")
    await expect(colleague.get_by_role("main")).to_contain_text(f"[Note interne] Incident n. {number}")
    await expect(colleague.get_by_role("main")).not_to_contain_text("Troisième disque.")


async def test_by_keys_who_is_passed_in_the_list_is_not_called(visit: Visit, declare: Declare, agent: str) -> None:
    page = await visit("sqp_support", notes(await declare()))
    text, people = composer(page).locator("textarea"), page.locator("#mention")
    await text.fill("Troisième disque.")
    logins = [await each.get_attribute("data-login") for each in await people.locator("option").all()]
    await people.focus()
    for _ in range(2):
        await page.keyboard.press("ArrowDown")
    await expect(people).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(text).to_be_focused()
    await expect(text).to_have_value(f"Troisième disque. @{logins[2]} ")
    await expect(page.locator(".message")).to_have_count(0)
    await people.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await expect(text).to_have_value(f"Troisième disque. @{logins[2]} @{logins[1]} ")
    await expect(people).to_have_value("")


async def option(page: Page, login: str) -> str:
    return await page.locator("#mention option", has_text=f"@{login}").inner_text()


async def test_a_note_and_an_answer_are_never_written_in_one_place(visit: Visit, declare: Declare) -> None:
    number = await declare()
    page = await visit("sqp_support", f"/incidents/{number}")
    await expect(composer(page)).to_have_count(0)
    await page.locator("#tab-messagerie-sqp").click()
    await composer(page).locator("textarea").fill("Bonjour, ")
    await expect(composer(page).get_by_role("button", name="Envoyer à Revendeur Test")).to_be_visible()
    await expect(composer(page).get_by_role("button", name="note")).to_have_count(0)
    await page.locator("#tab-notes").click()
    await expect(composer(page)).to_contain_text("Visible par SQP seulement")
    await expect(composer(page).locator("textarea")).to_have_value("")
    await expect(composer(page).get_by_role("button", name="Envoyer à")).to_have_count(0)
    look = "element => getComputedStyle(element).backgroundColor"
    tinted = await page.locator(".thread").evaluate(look)
    await page.locator("#tab-messagerie-sqp").click()
    await expect(composer(page).locator("textarea")).to_have_value("Bonjour, ")
    assert await page.locator(".thread").evaluate(look) != tinted


async def test_a_note_without_scripts_calls_who_is_chosen_in_the_list(
    visit: Visit, declare: Declare, agent: str
) -> None:
    number = await declare()
    page = await visit("sqp_support", notes(number), java_script_enabled=False)
    await composer(page).locator("textarea").fill("Sans script.")
    await composer(page).get_by_label("Prévenir une personne").select_option(label=await option(page, agent))
    await save(page)
    await expect(page.get_by_role("status").filter(has_text="Votre note est enregistrée.")).to_be_visible()
    await expect(page.locator(".message")).to_contain_text("Avis envoyé à Agathe")
    await note(page, "Et @revendeur_test ?")
    await expect(page.get_by_role("alert")).to_contain_text("« @revendeur_test » n’est pas une personne active de SQP")
    await expect(composer(page).locator("textarea")).to_have_value("Et @revendeur_test ?")
    await expect(page.locator(".message")).to_have_count(1)


async def test_a_refused_mention_keeps_the_note(visit: Visit, declare: Declare) -> None:
    page = await visit("sqp_support", notes(await declare()))
    await note(page, "Voir avec @personne_ici")
    await expect(composer(page).locator(".said")).to_contain_text("« @personne_ici » n’est pas une personne active")
    await expect(composer(page).locator("textarea")).to_have_value("Voir avec @personne_ici")


async def test_notes_go_on_after_the_end_of_an_incident(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    await move(people("sqp_support"), number, "in_diagnosis", "resolved", "closed")
    page = await visit("sqp_support", f"/incidents/{number}?onglet=messagerie-sqp")
    await expect(page.locator(".composer")).to_contain_text("la messagerie est fermée")
    await page.locator("#tab-notes").click()
    await note(page, "Le disque est revenu de chez le fabricant.")
    await expect(page.locator(".message")).to_have_count(1)


async def test_others_have_no_such_tab_and_no_such_choice(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    body = {"body": "Zèbre", "file_ids": []}
    await people("sqp_support").post(f"/incidents/{number}/messages?thread=internal", body)
    for login in ("revendeur_test", "client_test"):
        page = await visit(login, notes(number))
        await expect(page.locator(".tabs [aria-current=page]")).to_have_text("Déclaration")
        for path in (notes(number), f"/incidents/{number}/messages/internal", "/parametres/notifications"):
            await page.goto(path)
            for word in ("Zèbre", "Notes internes", "note interne"):
                await expect(page.locator("body")).not_to_contain_text(word)


async def test_paper_leaves_notes_out_for_sqp_too(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    support = people("sqp_support")
    file = await support.upload("zebu.txt", b"zebu", "text/plain", key=f"zebu {number}")
    body = {"body": "Zèbre", "file_ids": [file["id"]]}
    await support.post(f"/incidents/{number}/messages?thread=internal", body)
    page = await visit("sqp_support", notes(number))
    await expect(page.locator(".message .attachment").get_by_role("link", name="Télécharger")).to_be_visible()
    answer = await page.request.get(f"/incidents/{number}/pdf")
    said = "\n".join(each.extract_text() for each in PdfReader(BytesIO(await answer.body())).pages)
    assert number in said
    assert [word for word in ("Zèbre", "zebu", "Notes internes") if word in said] == []


async def test_on_a_phone_the_note_its_reader_and_its_button_stand_within_the_width(
    visit: Visit, declare: Declare, agent: str
) -> None:
    page = await visit("sqp_support", notes(await declare()), viewport=PHONE)
    await page.get_by_role("link", name="Écrire une note interne").click()
    await expect(composer(page).locator(".reader")).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await note(page, f"Depuis le téléphone @{agent}")
    await expect(page.locator(".message")).to_have_count(1)
