"""A form belongs to a person and keeps what it holds: through other tabs, reloads, log-ins, the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import Visit, log_in
from tests.portal.declaring import INCIDENT, Form, fill, submit
from tests.portal.incidents import Declare, People, attach, composer, live, send, share

pytestmark = pytest.mark.e2e

TEXT = "Le disque 3 est mort.\nVoici le journal."


def rows(page: Page) -> Any:
    return composer(page).locator(".upload-list li")


async def write_with_file(page: Page) -> None:
    await composer(page).locator("textarea").fill(TEXT)
    await attach(page, "journal.log")
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)


async def stands(page: Page) -> None:
    await expect(composer(page).locator("textarea")).to_have_value(TEXT)
    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_contain_text("journal.log")
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)


async def test_text_and_files_of_a_message_survive_tabs_reload_and_a_log_in(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp")
    await write_with_file(page)
    await page.locator("#tab-messagerie").click()
    await expect(composer(page)).to_contain_text("Visible par le client Client Test")
    await expect(rows(page)).to_have_count(0)
    await page.locator("#tab-messagerie-sqp").click()
    await stands(page)
    await page.reload()
    await stands(page)
    await live(page)
    await page.context.clear_cookies()
    await send(page)
    await page.wait_for_url("**/connexion*")
    await page.get_by_label("Identifiant").fill("revendeur_test")
    await page.get_by_label("Mot de passe").fill("demo-portail-2026")
    await page.get_by_role("button", name="Connexion").click()
    await stands(page)
    await send(page)
    await expect(page.locator(".message .attachment")).to_contain_text("journal.log")
    await page.reload()
    await expect(composer(page).locator("textarea")).to_have_value("")
    await expect(rows(page)).to_have_count(0)


@pytest.mark.parametrize("stands_already", [TEXT, TEXT[:7]], ids=["whole", "older"])
async def test_files_come_back_to_a_text_that_the_browser_itself_put_back(
    visit: Visit, declare: Declare, stands_already: str
) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp")
    await write_with_file(page)
    # As browsers do it, before any script of the page runs.
    await page.add_init_script(
        f"""new MutationObserver((_, observer) => {{
          const text = document.querySelector("form.composer textarea");
          if (text) observer.disconnect(text.value = {json.dumps(stands_already)});
        }}).observe(document, {{ childList: true, subtree: true }});"""
    )
    await page.reload()
    await stands(page)


async def test_a_kept_file_that_is_gone_meanwhile_says_so(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp")
    await write_with_file(page)
    identifier = await rows(page).locator("[name=file_ids]").get_attribute("value")
    await page.evaluate("(id) => fetch(`/fichiers/${id}`, {method: 'DELETE'})", identifier)
    await page.reload()
    await expect(rows(page)).to_contain_text("n’est plus disponible")
    await send(page)
    await expect(page.locator(".message")).to_have_count(1)


async def test_a_file_that_is_removed_again_is_deleted_and_not_kept(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp")
    await write_with_file(page)
    await page.reload()
    identifier = await rows(page).locator("[name=file_ids]").get_attribute("value")
    async with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        await rows(page).get_by_role("button", name="Retirer").click()
    assert (await deleted.value).status == 204
    await page.reload()
    await expect(composer(page).locator("textarea")).to_have_value(TEXT)
    await expect(rows(page)).to_have_count(0)
    status = "(id) => fetch(`/fichiers/${id}`).then((answer) => answer.status)"
    assert await page.evaluate(status, identifier) == 404


async def log_out(page: Page) -> None:
    await page.locator(".menu summary").click()
    await page.get_by_role("button", name="Se déconnecter").click()
    await page.wait_for_url("**/connexion*")


async def test_a_message_is_never_signed_by_another_who_logged_in_meanwhile(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("revendeur_test", f"/incidents/{number}?onglet=messagerie-sqp", java_script_enabled=False)
    await composer(page).locator("textarea").fill(TEXT)
    other = await page.context.new_page()
    await page.context.clear_cookies(name="__Host-session")
    await log_in(other, "sqp_support")
    await send(page)
    await expect(page.get_by_role("alert").filter(has_text="Vous êtes connecté comme Support SQP")).to_be_visible()
    await expect(composer(page).locator("textarea")).to_have_value(TEXT)
    messages = f"/incidents/{number}/messages"
    assert (await people("sqp_support").get(messages, thread="sqp"))["items"] == []
    await send(page)
    await expect(page.locator(".pending-message")).to_be_visible()
    waiting = await people("sqp_support").get(f"/incidents/{number}/pending-messages", thread="sqp")
    assert [each["body"] for each in waiting["items"]] == [TEXT]


async def test_a_message_waits_for_its_author_while_another_is_logged_in(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    await share(people("client_test"), number)
    page = await visit("client_test", f"/incidents/{number}?onglet=messagerie")
    await write_with_file(page)
    other = await page.context.new_page()
    await other.goto("/contrats")
    await log_out(other)
    await log_in(other, "cliente_testeuse")
    await send(page)
    said = composer(page).locator(".said")
    await expect(said).to_contain_text("Reconnectez-vous comme Client Test pour l’envoyer.")
    await stands(page)
    await log_out(page)
    await log_in(page, "client_test")
    await page.goto(f"/incidents/{number}?onglet=messagerie")
    await stands(page)
    await send(page)
    await expect(page.locator(".message .attachment")).to_contain_text("journal.log")


async def test_settings_of_one_are_not_saved_as_anothers(visit: Visit, people: People) -> None:
    page = await visit("revendeur_basique", "/parametres")
    before = await people("revendeur_test").get("/me")
    await page.get_by_label("Prénom").fill("Étourdi")
    other = await page.context.new_page()
    await page.context.clear_cookies(name="__Host-session")
    await log_in(other, "revendeur_test")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("Ce formulaire a été ouvert sous un autre compte")).to_be_visible()
    await expect(page.get_by_label("Prénom")).to_have_value("Étourdi")
    after = await people("revendeur_test").get("/me")
    assert after["first_name"] == before["first_name"]


async def test_settings_typed_in_a_session_that_ended_come_back_after_the_log_in(visit: Visit) -> None:
    page = await visit("revendeur_basique", "/parametres")
    await page.get_by_label("Prénom").fill("Étourdi")
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Enregistrer").click()
    # The settings have a field of that name, too.
    await expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    await page.get_by_label("Identifiant").fill("revendeur_basique")
    await page.get_by_label("Mot de passe").fill("demo-portail-2026")
    await page.get_by_role("button", name="Connexion").click()
    await expect(page.get_by_text("Vous êtes reconnecté.")).to_be_visible()
    await expect(page.get_by_label("Prénom")).to_have_value("Étourdi")


async def test_what_was_typed_a_moment_before_a_reload_is_there(form: Form) -> None:
    page = await form()
    await page.route("**/brouillon", lambda route: route.abort())
    await page.get_by_label("Descriptif").fill("Le NAS émet")
    await page.reload()
    await expect(page.get_by_label("Descriptif")).to_have_value("Le NAS émet")
    await page.unroute("**/brouillon")
    await expect(page.locator("#draft-state")).to_contain_text("Brouillon enregistré")


async def test_back_and_send_again_leads_to_the_incident_that_exists(form: Form) -> None:
    page = await form()
    await fill(page)
    await submit(page)
    await page.wait_for_url(INCIDENT)
    first = page.url
    await page.go_back()
    await expect(page.get_by_label("Descriptif")).not_to_have_value("")
    await submit(page)
    await page.wait_for_url(INCIDENT)
    assert page.url == first
    await page.goto(page.url.rsplit("/", 2)[0] + "/contrats")


async def test_after_a_declaration_the_next_one_begins_empty(form: Form) -> None:
    page = await form()
    place = page.url
    await fill(page)
    await submit(page)
    await page.wait_for_url(INCIDENT)
    await page.goto(place)
    await expect(page.get_by_label("Descriptif")).to_have_value("")


async def test_a_declaration_typed_while_another_is_logged_in_comes_back_to_its_author(visit: Visit) -> None:
    page = await visit("client_test", "/contrats/30102/declarer")
    other = await page.context.new_page()
    await other.goto("/contrats")
    await log_out(other)
    await log_in(other, "cliente_testeuse")
    await page.locator("#title").fill("Écrit sous le nom d’une autre")
    await expect(page.locator("#draft-state")).to_contain_text("sous un autre compte")
    await log_out(page)
    await log_in(page, "client_test")
    await page.goto("/contrats/30102/declarer")
    await expect(page.locator("#title")).to_have_value("Écrit sous le nom d’une autre")
    await expect(page.locator("#draft-state")).to_contain_text("Brouillon enregistré")


async def test_a_pasted_text_that_is_too_long_stays_whole_and_is_refused_in_words(
    visit: Visit, declare: Declare
) -> None:
    """No field cuts what is pasted: its end is what a log is pasted for."""
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp")
    log = "x" * 10_000 + " ERREUR FINALE"
    await composer(page).locator("textarea").focus()
    await page.keyboard.insert_text(log)
    await send(page)
    await expect(composer(page)).to_contain_text("10000 caractères au plus")
    await expect(composer(page).locator("textarea")).to_have_value(log)
    await page.goto("/contrats/30101/declarer")
    for name in ("title", "description"):
        field = page.locator(f"form #{name}")
        await field.focus()
        await page.keyboard.insert_text(log)
        await expect(field).to_have_value(log)


@pytest.mark.parametrize("size", [20_001, 300_000])
async def test_a_text_that_no_service_takes_is_told_at_its_field_and_stays(
    visit: Visit, declare: Declare, size: int
) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare(key=str(size))}?onglet=messagerie-sqp")
    await live(page)
    text = composer(page).locator("textarea")
    await text.fill("x" * size)
    await expect(composer(page).locator(".drafted")).to_contain_text("10 000 caractères au plus")
    await send(page)
    assert "10 000 caractères au plus" in await text.evaluate("area => area.validationMessage")
    await expect(text).to_have_value("x" * size)
    await text.fill("Voir le fichier joint.")
    await send(page)
    await expect(page.locator("ol.messages")).to_contain_text("Voir le fichier joint.")
