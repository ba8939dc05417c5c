"""Macros in the browser: read as sentences, then applied whole; never in the way of what is being written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from tests.portal.incidents import Declare, People, composer

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
PHONE = {"width": 390, "height": 844}
WAITS = {"to_status": "pending", "to_reason": "waiting_reseller"}


def thread(number: str) -> str:
    return f"/incidents/{number}?onglet=messagerie-sqp"


async def macro(people: People, **more: Any) -> str:
    """The title, which no other answer has."""
    title = f"Essai {uuid4().hex[:8]}"
    body = {"title": title, "body_fr": "Des photos pour {incident.numero} ?", **(more or WAITS)}
    await people("sqp_support").post("/canned-answers", body)
    return title


async def open_preview(page: Page, title: str) -> None:
    await page.keyboard.press("m")
    box = page.get_by_label("Rechercher une macro")
    await expect(box).to_be_focused()
    await page.keyboard.type(title)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name=title)).to_be_visible()


async def test_by_keys_alone_a_macro_is_found_read_and_applied(visit: Visit, declare: Declare, people: People) -> None:
    number, title = await declare(), await macro(people)
    page = await visit("sqp_support", f"/incidents/{number}")
    await open_preview(page, title)
    parts = page.get_by_role("dialog").get_by_role("listitem")
    await expect(parts).to_have_count(2)
    await expect(parts.first).to_contain_text(f"Des photos pour {number} ?")
    await expect(parts.last).to_contain_text("« En attente » (En attente du revendeur)")
    await expect(page.get_by_role("button", name="Appliquer", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="La macro est appliquée")).to_be_visible()
    await expect(page.locator(".message")).to_contain_text(f"Des photos pour {number} ?")
    await expect(page.locator("#line")).to_contain_text("En attente")
    answers = (await people("sqp_support").get("/canned-answers"))["items"]
    assert [each["used_count"] for each in answers if each["title"] == title] == [1]


async def test_what_is_being_written_is_neither_sent_nor_lost(visit: Visit, declare: Declare, people: People) -> None:
    number, title = await declare(), await macro(people)
    page = await visit("sqp_support", thread(number))
    text = composer(page).locator("textarea")
    await text.fill("Je vérifie.")
    await text.blur()
    await open_preview(page, title)
    await expect(page.get_by_role("dialog")).to_contain_text("Refusé : vous avez un message en cours")
    await expect(page.get_by_role("button", name="Appliquer", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Fermer").click()
    await expect(text).to_have_value("Je vérifie.")
    await expect(page.locator(".message")).to_have_count(0)
    seen: list[str] = []
    page.on("requestfinished", lambda each: seen.append(f"{each.method} {each.url.rpartition('/')[2]}"))
    page.on("request", lambda each: seen.append(f"asked {each.url.rpartition('/')[2]}"))
    await text.fill("")
    await text.blur()
    await open_preview(page, title)
    # What was emptied is gone from the server before that is asked what the macro may do.
    assert seen.index("POST brouillon") < seen.index("asked macros"), seen
    await page.get_by_role("button", name="Appliquer", exact=True).click()
    await expect(page.locator(".message")).to_have_count(1)


async def test_what_changed_since_the_preview_is_shown_before_it_is_applied(
    visit: Visit, declare: Declare, people: People
) -> None:
    number, title = await declare(), await macro(people)
    page = await visit("sqp_support", thread(number))
    await open_preview(page, title)
    await people("revendeur_test").post(f"/incidents/{number}/messages?thread=sqp", {"body": "Voici.", "file_ids": []})
    await page.get_by_role("button", name="Appliquer", exact=True).click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    await page.get_by_role("button", name="Appliquer", exact=True).click()
    await expect(page.locator(".message")).to_have_count(2)


async def test_a_part_that_is_refused_says_why_and_leaves_nothing_to_press(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    title = await macro(people, step="send_label")
    page = await visit("sqp_support", thread(number))
    await open_preview(page, title)
    await expect(page.get_by_role("dialog")).to_contain_text("Refusé : Aucun échange n’est demandé sur cet incident.")
    await expect(page.get_by_role("button", name="Appliquer", exact=True)).to_have_count(0)


async def test_without_scripts_a_macro_is_read_and_applied(visit: Visit, declare: Declare, people: People) -> None:
    number, title = await declare(), await macro(people)
    page = await visit("sqp_support", thread(number), java_script_enabled=False)
    await page.get_by_role("link", name="Appliquer une macro").click()
    await page.get_by_role("link", name=f"Aperçu en français : {title}").click()
    await page.get_by_role("button", name="Appliquer", exact=True).click()
    await expect(page.locator(".message")).to_contain_text(f"Des photos pour {number} ?")


async def test_an_administrator_makes_a_macro_of_an_answer_on_a_phone(
    visit: Visit, declare: Declare, people: People
) -> None:
    title = f"Essai {uuid4().hex[:8]}"
    await people("sqp_support").post("/canned-answers", {"title": title, "body_fr": "Bonjour"})
    page = await visit("sqp_support", "/parametres/reponses", viewport=PHONE)
    await page.get_by_role("row", name=title).get_by_role("link").click()
    await page.get_by_text("Macro : ce qu’elle fait aussi").click()
    await page.get_by_label("Nouvel état").select_option(label="En attente")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_contain_text("Ce que l’on attend accompagne l’état « En attente »")
    await page.get_by_label("Ce que l’on attend").select_option(label="En attente du revendeur")
    await page.get_by_role("button", name="Enregistrer").click()
    row = page.get_by_role("row", name=title)
    await expect(row).to_contain_text("Macro : En attente (En attente du revendeur)")


@pytest.mark.parametrize("login", ["revendeur_test", "client_test"])
async def test_nobody_outside_sqp_sees_macros(visit: Visit, declare: Declare, login: str) -> None:
    number = await declare()
    page = await visit(login, f"/incidents/{number}?onglet=messagerie")
    await expect(page.get_by_text("Appliquer une macro")).to_have_count(0)
    for path in (f"/incidents/{number}/macros", f"/incidents/{number}/macros/{uuid4()}"):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 403
