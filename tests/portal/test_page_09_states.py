"""The guide, page 9: the states of an incident, by those who may change them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.portal.incidents import Declare, People, live, move

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


async def test_page_9_sqp_moves_the_incident_and_everybody_sees_it(visit: Visit, declare: Declare) -> None:
    number = await declare()
    reseller = await visit("revendeur_test", f"/incidents/{number}")
    sqp = await visit("sqp_support", f"/incidents/{number}")
    await live(reseller)
    await sqp.get_by_label("Nouvel état").select_option(label="Diagnostic en cours")
    await expect(sqp.get_by_label("Ce que l’on attend")).to_be_hidden()
    await sqp.get_by_label("Note", exact=True).fill("Journal reçu.")
    await sqp.get_by_role("button", name="Changer l’état").click()
    await expect(sqp.locator(".notice.good")).to_contain_text(
        "L’incident est maintenant à l’état « Diagnostic en cours »."
    )
    await expect(reseller.locator("#line")).to_contain_text("Diagnostic en cours")
    await expect(reseller.locator("#history li").last).to_contain_text("Journal reçu.")
    await expect(reseller.locator("#history li").last).to_contain_text("Support SQP")
    await sqp.get_by_label("Nouvel état").select_option(label="En attente")
    await sqp.get_by_label("Ce que l’on attend").select_option(label="En attente du revendeur")
    await sqp.get_by_role("button", name="Changer l’état").click()
    await expect(reseller.locator("#line")).to_contain_text("SQP attend votre réponse.")


async def test_page_9_a_state_that_somebody_else_changed_meanwhile_is_said(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("sqp_support", f"/incidents/{number}", java_script_enabled=False)
    await page.get_by_label("Nouvel état").select_option(label="Refusé")
    await page.get_by_label("Note", exact=True).fill("Hors garantie.")
    colleague = people("sqp_support")
    await colleague.post(f"/incidents/{number}/messages?thread=sqp", {"body": "Bonjour", "file_ids": []})
    await move(colleague, number, "in_diagnosis")
    await page.get_by_role("button", name="Changer l’état").click()
    await expect(page.locator("#summary")).to_contain_text("Quelqu’un d’autre a changé l’état entre-temps")
    await expect(page.get_by_label("Note", exact=True)).to_have_value("Hors garantie.")
    await expect(page.locator("#line")).to_contain_text("Diagnostic en cours")


async def test_page_9_a_note_that_can_no_longer_be_sent_stays_on_the_page(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare(by="client_test")
    page = await visit("client_test", f"/incidents/{number}", java_script_enabled=False)
    await page.locator("#moves").get_by_text("Annuler l’incident").click()
    await page.get_by_label("Note", exact=True).fill("Résolu de notre côté.")
    await move(people("sqp_support"), number, "in_diagnosis")
    await page.get_by_role("button", name="Confirmer l’annulation").click()
    await expect(page.locator("#summary")).to_contain_text("Quelqu’un d’autre a changé l’état entre-temps")
    await expect(page.get_by_role("heading", name="Votre note, qui n’est pas envoyée")).to_be_visible()
    await expect(page.get_by_text("Résolu de notre côté.")).to_be_visible()


async def test_page_9_a_message_meanwhile_does_not_stand_in_the_way_of_a_state(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("sqp_support", f"/incidents/{number}", java_script_enabled=False)
    await people("revendeur_test").post(f"/incidents/{number}/messages?thread=sqp", {"body": "Bonjour", "file_ids": []})
    await page.get_by_label("Nouvel état").select_option(label="Diagnostic en cours")
    await page.get_by_role("button", name="Changer l’état").click()
    await expect(page.locator("#line")).to_contain_text("Diagnostic en cours")


async def test_page_9_whoever_declared_cancels_while_new_and_declares_anew(visit: Visit, declare: Declare) -> None:
    number = await declare(by="client_test")
    reseller = await visit("revendeur_test", f"/incidents/{number}")
    await expect(reseller.get_by_text("Annuler l’incident")).to_have_count(0)
    page = await visit("client_test", f"/incidents/{number}")
    await expect(page.locator("#line")).to_contain_text("Vous pouvez écrire à Revendeur Test et annuler l’incident.")
    await page.locator("#moves").get_by_text("Annuler l’incident").click()
    await page.get_by_label("Note", exact=True).fill("Résolu de notre côté.")
    await page.get_by_role("button", name="Confirmer l’annulation").click()
    await expect(page.locator("#line")).to_contain_text("Cet incident a été annulé. Vous pouvez lire la messagerie et")
    await page.locator("#tab-messagerie").click()
    await expect(page.locator("section.sheet")).to_contain_text("la messagerie est fermée")
    await page.get_by_role("link", name="Déclarer un nouvel incident lié", exact=True).click()
    await expect(page.locator("main")).to_contain_text(f"Cette déclaration fait suite à l’incident n° {number}.")
    await page.get_by_role("textbox", name="Intitulé", exact=True).fill("Encore le même problème")
    await page.get_by_label("Nature de l’incident").select_option(label="Autre")
    await expect(page.get_by_role("checkbox", name="Q217B20101")).to_be_checked()
    await page.get_by_label("Descriptif").fill("Il redémarre de nouveau seul.")
    await page.get_by_role("button", name="Valider ma déclaration").click()
    await expect(page.locator("section.sheet")).to_contain_text(f"Incident n° {number}")
    following = page.url.rsplit("/", 1)[1]
    for who in ("revendeur_test", "sqp_support"):
        ended = await visit(who, f"/incidents/{number}")
        await expect(ended.locator("section.sheet").get_by_role("link", name=f"n° {following}")).to_be_visible()
        await expect(ended.locator("#moves").get_by_role("link", name=f"n° {following}")).to_be_visible()


async def test_page_9_whoever_declared_reopens_what_was_resolved(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    await move(people("sqp_support"), number, "in_diagnosis", "resolved")
    page = await visit("revendeur_test", f"/incidents/{number}")
    await expect(page.locator("#line")).to_contain_text("Cet incident a été résolu.")
    await page.get_by_text("Rouvrir l’incident").click()
    await page.get_by_label("Note", exact=True).fill("Le disque lâche encore.")
    await page.get_by_role("button", name="Confirmer la réouverture").click()
    await expect(page.locator("#line")).to_contain_text("Diagnostic en cours")
    await expect(page.locator("#history li").last).to_contain_text("Le disque lâche encore.")
