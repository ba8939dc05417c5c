"""The guide, page 8: the files of a declaration."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from tests.portal.declaring import DETAILS, LIMIT, Form, choose, declared, file, fill, rows, slow, submit

from devstack.testing.world import World

pytestmark = pytest.mark.e2e


async def test_page_8_twenty_megabytes_go_with_progress_and_one_byte_more_is_refused(form: Form, ours: World) -> None:
    page = await form()
    await expect(page.get_by_text("Taille: 20 Mo max.")).to_be_visible()
    await slow(page, 6)
    await fill(page)
    await choose(page, file("exact.log", b"a" * LIMIT), file("trop.log", b"a" * (LIMIT + 1)))
    await expect(rows(page).filter(has_text="trop.log")).to_contain_text("20 Mo au plus")
    bar = rows(page).filter(has_text="exact.log").get_by_role("progressbar")
    await page.wait_for_function("(bar) => bar.value > 0 && bar.value < 1", arg=await bar.element_handle())
    await expect(rows(page).filter(has_text="exact.log")).to_contain_text("Envoyé", timeout=60_000)
    await rows(page).filter(has_text="trop.log").get_by_role("button", name="Retirer").click()
    await expect(rows(page)).to_have_count(1)
    await submit(page)
    incident = await declared(page, ours)
    assert len(incident["attachments"]) == 1


async def test_page_8_an_upload_is_cancelled_and_a_broken_one_sent_again(form: Form) -> None:
    page = await form()
    await slow(page, 1)
    await choose(page, file("long.log", b"a" * LIMIT))
    await rows(page).get_by_role("button", name="Annuler").click()
    await expect(rows(page)).to_have_count(0)
    await page.route("**/api/v1/files", lambda route: route.abort())
    await choose(page, file("court.log", b"abc"))
    await expect(rows(page)).to_contain_text("L’envoi s’est interrompu")
    await page.unroute("**/api/v1/files")
    await rows(page).get_by_role("button", name="Réessayer").click()
    await expect(rows(page)).to_contain_text("Envoyé")


async def test_page_8_the_reason_of_a_refusal_stands_beside_the_file(form: Form) -> None:
    page = await form()
    await choose(page, file("photo.png", b"<html><script>alert(1)</script></html>"), file("bon.log", b"abc"))
    await expect(rows(page).filter(has_text="photo.png")).to_contain_text("ne sont pas acceptées")
    await expect(rows(page).filter(has_text="bon.log")).to_contain_text("Envoyé")


async def test_page_8_files_are_dropped_anywhere_on_the_page(form: Form) -> None:
    page = await form()
    make = "() => { const t = new DataTransfer(); t.items.add(new File(['abc'], 'glisse.log')); return t; }"
    transfer = await page.evaluate_handle(make)
    await page.dispatch_event("h1", "dragenter", {"dataTransfer": transfer})
    await expect(page.get_by_text("Déposez vos fichiers pour les joindre")).to_be_visible()
    await page.dispatch_event("h1", "dragover", {"dataTransfer": transfer})
    await page.dispatch_event("h1", "drop", {"dataTransfer": transfer})
    await expect(page.get_by_text("Déposez vos fichiers pour les joindre")).to_be_hidden()
    await expect(rows(page)).to_contain_text("glisse.log")
    await expect(rows(page)).to_contain_text("Envoyé")


async def test_page_8_without_scripts_files_go_with_the_form(form: Form, ours: World) -> None:
    page = await form(java_script_enabled=False)
    await fill(page)
    await choose(page, file("journal.log", b"abc"), file("trop.log", b"a" * (LIMIT + 1)))
    await submit(page)
    await expect(page.locator(".uploads")).to_contain_text("trop.log : Ce fichier est trop volumineux : 20 Mo au plus.")
    await expect(rows(page)).to_contain_text("journal.log")
    await expect(page.get_by_label("Descriptif")).to_have_value(DETAILS)
    await submit(page)
    incident = await declared(page, ours)
    assert len(incident["attachments"]) == 1
