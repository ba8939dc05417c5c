"""Canned answers in the browser: found by a word, put where one writes, never in the place of what was typed; made by
SQP's administrators; on a phone, without scripts, and for nobody outside SQP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect
from tests.portal.incidents import Declare, People, composer, send, write

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
PHONE = {"width": 390, "height": 844}


def thread(number: str) -> str:
    return f"/incidents/{number}?onglet=messagerie-sqp"


async def canned(people: People, body: str, **more: Any) -> str:
    """The title, which no other answer has."""
    title = f"Essai {uuid4().hex[:8]}"
    await people("sqp_support").post("/canned-answers", {"title": title, "body_fr": body, **more})
    return title


async def test_by_keys_alone_a_text_is_found_filled_and_put_behind_what_was_typed(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    title = await canned(people, "Incident {incident.numero} de {revendeur.nom}.\n{agent.prenom}")
    page = await visit("sqp_support", thread(number))
    text = composer(page).locator("textarea")
    await text.fill("Bonjour,")
    await text.blur()
    await page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Réponses types")
    await expect(dialog.get_by_label("Rechercher une réponse type")).to_be_focused()
    await page.keyboard.type(title.upper())
    await expect(dialog.get_by_role("heading", level=3)).to_have_text([title])
    async with page.expect_response(lambda answer: "/reponses/" in answer.url) as counted:
        await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(text).to_be_focused()
    assert (await counted.value).status == 204
    filled = f"Incident {number} de Revendeur Test."
    assert (await text.input_value()).startswith(f"Bonjour,\n{filled}\n")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message")).to_contain_text(filled)
    answers = (await people("sqp_support").get("/canned-answers"))["items"]
    assert [each["used_count"] for each in answers if each["title"] == title] == [1]


@pytest.mark.parametrize(
    "notation", ["oeuvre", "l'oeuvre", "TS–131K", "ts131k", "0450000004", "04 50 00 00 04", "ÉTÉ", "ete"]
)
async def test_a_word_is_found_however_it_is_written(
    visit: Visit, declare: Declare, people: People, notation: str
) -> None:
    title = await canned(people, "L’œuvre d’été, TS‑131K : 04 50 00 00 04.")
    page = await visit("sqp_support", thread(await declare()))
    await page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Réponses types")
    await dialog.get_by_label("Rechercher une réponse type").fill(f"{title} {notation}")
    await expect(dialog.get_by_role("heading", level=3)).to_have_text([title])


async def test_the_letter_opens_the_thread_first_where_another_tab_is_read(visit: Visit, declare: Declare) -> None:
    page = await visit("sqp_support", f"/incidents/{await declare()}")
    await page.keyboard.press("t")
    await expect(page.get_by_role("dialog", name="Réponses types")).to_be_visible()


async def test_what_is_selected_stays_and_no_word_found_says_so(visit: Visit, declare: Declare, people: People) -> None:
    title = await canned(people, "Le texte.", body_en="The text.")
    page = await visit("sqp_support", thread(await declare()))
    text = composer(page).locator("textarea")
    await text.fill("tout choisi\naprès")
    await text.evaluate("area => area.setSelectionRange(0, 11)")
    await page.get_by_role("link", name="Insérer une réponse type").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Rechercher une réponse type").fill("introuvable-xyz")
    await expect(dialog.get_by_text("Aucune réponse type ne contient ces mots.")).to_be_visible()
    await dialog.get_by_label("Rechercher une réponse type").fill("the text")
    await dialog.get_by_role("button", name=f"Insérer en anglais : {title}").click()
    await expect(text).to_have_value("tout choisi\nThe text.\naprès")
    await text.evaluate("area => area.setSelectionRange(4, 4)")
    await page.get_by_role("link", name="Insérer une réponse type").click()
    await dialog.get_by_role("button", name=f"Insérer en anglais : {title}").click()
    await expect(text).to_have_value("tout\nThe text.\n choisi\nThe text.\naprès")


async def test_a_missing_name_is_marked_and_cannot_be_inserted(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    support = people("sqp_support")
    version = (await support.get(f"/incidents/{number}"))["version"]
    moved = {"status": "in_diagnosis", "note": ""}
    await support.post(f"/incidents/{number}/status", moved, if_match=f'"{version}"')
    waiting = {"status": "pending", "reason": "waiting_client", "note": ""}
    await support.post(f"/incidents/{number}/status", waiting, if_match=f'"{version + 1}"')
    title = await canned(people, "Envoi {promesse.jour}.")
    page = await visit("sqp_support", f"/incidents/{number}/reponses")
    answer = page.locator("[data-words]", has=page.get_by_role("heading", name=title))
    await expect(answer.locator("mark")).to_have_text("{promesse.jour}")
    await expect(answer.get_by_role("button")).to_have_count(0)


async def test_a_message_with_a_name_left_over_stays_and_the_name_is_selected(visit: Visit, declare: Declare) -> None:
    page = await visit("sqp_support", thread(await declare()))
    await write(page, "Bonjour {client.nom|cher client}, merci.")
    await expect(composer(page).locator(".said")).to_contain_text("il contient encore {client.nom}")
    text = composer(page).locator("textarea")
    await expect(text).to_have_value("Bonjour {client.nom|cher client}, merci.")
    chosen = "each => each.value.slice(each.selectionStart, each.selectionEnd)"
    assert await text.evaluate(chosen) == "{client.nom|cher client}"
    await text.fill("Bonjour {x}, merci.")
    await send(page)
    await expect(page.locator(".message")).to_contain_text("Bonjour {x}, merci.")


async def test_without_scripts_the_text_stands_where_one_writes(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    title = await canned(people, "Incident {incident.numero}.")
    page = await visit("sqp_support", thread(number), java_script_enabled=False)
    await page.get_by_role("link", name="Insérer une réponse type").click()
    await page.get_by_role("button", name=f"Insérer en français : {title}").click()
    await expect(composer(page).locator("textarea")).to_have_value(f"Incident {number}.")


async def test_an_administrator_makes_changes_and_deletes_one_on_a_phone(visit: Visit) -> None:
    title = f"Essai {uuid4().hex[:8]}"
    page = await visit("sqp_support", "/parametres/reponses", viewport=PHONE)
    await page.get_by_role("link", name="Nouvelle réponse type").click()
    await page.get_by_label("Titre").fill(title)
    await page.get_by_label("Texte français").fill("Bonjour {client.prenom}")
    await page.get_by_label("Produit endommagé").check()
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("alert")).to_contain_text("« {client.prenom} » n’est pas un nom de la liste")
    await expect(page.get_by_label("Produit endommagé")).to_be_checked()
    await page.get_by_label("Texte français").fill("Bonjour {client.nom|vous}")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_role("status")).to_contain_text("La réponse type est enregistrée.")
    row = page.get_by_role("row", name=title)
    await expect(row).to_contain_text("Produit endommagé")
    await row.get_by_role("link").click()
    await page.get_by_role("link", name="Supprimer").click()
    await page.get_by_role("button", name="Supprimer la réponse type").click()
    await expect(page.get_by_role("main")).not_to_contain_text(title)


@pytest.mark.parametrize("login", ["revendeur_test", "client_test"])
async def test_nobody_outside_sqp_sees_them(visit: Visit, declare: Declare, login: str) -> None:
    number = await declare()
    page = await visit(login, f"/incidents/{number}?onglet=messagerie")
    await expect(page.get_by_text("réponse type")).to_have_count(0)
    for path in ("/parametres/reponses", "/parametres/reponses/nouvelle", f"/incidents/{number}/reponses"):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 403
