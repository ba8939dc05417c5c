"""The guide, page 8: the files of a declaration."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect
from tests.portal.conftest import PHONE, Visit
from tests.portal.declaring import DETAILS, LIMIT, Form, big_file, choose, declared, file, fill, rows, slow, submit
from tests.portal.incidents import LOG, Declare

from devstack.testing.world import World
from events.files import PAGE_NAMES, PROGRAM_NAMES

pytestmark = pytest.mark.e2e

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
# Whether the browser is kept from doing what it does by itself with this: for a dropped file, to leave the page for it.
IS_TAKEN = """([type, files, text]) => {
  const data = new DataTransfer();
  for (const [name, kind, content] of files)
    data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type: kind }));
  if (text) data.setData("text/plain", text);
  const options = { bubbles: true, cancelable: true };
  const event = type === "paste" ? new ClipboardEvent(type, { ...options, clipboardData: data })
                                 : new DragEvent(type, { ...options, dataTransfer: data });
  return !document.querySelector("h1").dispatchEvent(event);
}"""


async def test_page_8_twenty_megabytes_go_with_progress_and_one_byte_more_is_refused(
    form: Form, ours: World, tmp_path: Path
) -> None:
    page = await form()
    await expect(page.get_by_text("Taille : 20 Mo max.")).to_be_visible()
    await slow(page, 6)
    await fill(page)
    await choose(page, big_file(tmp_path, "exact.log", LIMIT), big_file(tmp_path, "trop.log", LIMIT + 1))
    await expect(rows(page).filter(has_text="trop.log")).to_contain_text("20 Mo au plus")
    bar = rows(page).filter(has_text="exact.log").get_by_role("progressbar")
    await page.wait_for_function("(bar) => bar.value > 0 && bar.value < 1", arg=await bar.element_handle())
    await expect(rows(page).filter(has_text="exact.log")).to_contain_text("Envoyé", use_inner_text=True, timeout=60_000)
    await rows(page).filter(has_text="trop.log").get_by_role("button", name="Retirer").click()
    await expect(rows(page)).to_have_count(1)
    await submit(page)
    incident = await declared(page, ours)
    assert len(incident["attachments"]) == 1


@pytest.mark.parametrize(
    ("language", "sizes"),
    [("fr", ["0 octet", "8 o", "1023 o", "1 Ko", "1,5 Mo"]), ("en", ["0 bytes", "8 B", "1023 B", "1 KB", "1.5 MB"])],
)
async def test_page_8_a_size_has_the_units_of_its_language(form: Form, language: str, sizes: list[str]) -> None:
    page = await form()
    await page.evaluate("(language) => (document.documentElement.lang = language)", language)
    await choose(page, *(file(f"{size}.log", b"a" * size) for size in (0, 8, 1023, 1024, 1_572_864)))
    await expect(rows(page).locator("[data-size]")).to_have_text(sizes)
    await expect(rows(page).first).to_contain_text("Ce fichier est vide.")


async def test_page_8_an_upload_is_cancelled_and_a_broken_one_sent_again(form: Form) -> None:
    page = await form()
    await slow(page, 0.1)
    await choose(page, file("long.log", b"a" * 1024 * 1024))
    await rows(page).get_by_role("button", name="Annuler").click()
    await expect(rows(page)).to_have_count(0)
    await page.route("**/fichiers", lambda route: route.abort())
    await choose(page, file("court.log", b"abc"))
    await expect(rows(page)).to_contain_text("L’envoi s’est interrompu")
    await page.unroute("**/fichiers")
    await rows(page).get_by_role("button", name="Réessayer").click()
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)


async def test_page_8_the_reason_of_a_refusal_stands_beside_the_file(form: Form) -> None:
    page = await form()
    await choose(page, file("photo.png", b"<html><script>alert(1)</script></html>"), file("bon.log", b"abc"))
    await expect(rows(page).filter(has_text="photo.png")).to_contain_text("ne sont pas acceptées")
    await expect(rows(page).filter(has_text="bon.log")).to_contain_text("Envoyé", use_inner_text=True)


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
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)


@pytest.mark.parametrize("refused", [False, True], ids=["sent", "refused"])
async def test_page_8_a_form_sent_meanwhile_says_what_it_waits_for_and_goes_on(
    form: Form, ours: World, refused: bool
) -> None:
    page = await form()
    may_go_on = asyncio.Event()

    async def slowly(route: Any) -> None:
        await may_go_on.wait()
        await (route.fulfill(status=415, json={"title": "Refusé."}) if refused else route.continue_())

    await page.route("**/fichiers", slowly)
    await fill(page)
    await choose(page, file("lent.log", b"abc"))
    await submit(page)
    await expect(page.get_by_role("alert").filter(has_text="Envoi en cours : lent.log.")).to_be_visible()
    await submit(page)
    may_go_on.set()
    if refused:
        await expect(page.get_by_role("alert").filter(has_text="Non envoyé : lent.log.")).to_be_visible()
        await expect(rows(page)).to_contain_text("Refusé.")
        await expect(page.get_by_label("Descriptif")).to_have_value(DETAILS)
        await submit(page)
    assert len((await declared(page, ours))["attachments"]) == (0 if refused else 1)


async def test_page_8_taking_off_the_file_that_a_form_waits_for_sends_it(form: Form, ours: World) -> None:
    page = await form()
    await page.route("**/fichiers", lambda route: asyncio.Event().wait())
    await fill(page)
    await choose(page, file("lent.log", b"abc"))
    await submit(page)
    await expect(page.get_by_role("alert").filter(has_text="Envoi en cours : lent.log.")).to_be_visible()
    await rows(page).get_by_role("button", name="Annuler").click()
    assert (await declared(page, ours))["attachments"] == []


async def test_page_8_what_the_name_alone_decides_is_refused_before_it_is_sent_and_in_the_services_words(
    form: Form,
) -> None:
    page = await form()
    ask = """async (name) => {
      const form = new FormData();
      form.append("file", new File(["abc"], name));
      return (await (await fetch("/fichiers", { method: "POST", body: form })).json()).title;
    }"""
    words = {ending: await page.evaluate(ask, f"a.{ending}") for ending in (min(PROGRAM_NAMES), min(PAGE_NAMES))}
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/fichiers") else None)
    await choose(page, *(file(f"a.{ending}", b"abc") for ending in PROGRAM_NAMES), file("B.EXE. ", b"abc"))
    await expect(rows(page).filter(has_text=words[min(PROGRAM_NAMES)])).to_have_count(len(PROGRAM_NAMES) + 1)
    await choose(page, *(file(f"a.{ending}", b"abc") for ending in PAGE_NAMES), file("b.tar.SVG", b"abc"))
    await expect(rows(page).filter(has_text=words[min(PAGE_NAMES)])).to_have_count(len(PAGE_NAMES) + 1)
    await choose(page, file("vide.log", b""))
    await expect(rows(page).filter(has_text="Ce fichier est vide.")).to_have_count(1)
    assert sent == []
    await choose(page, file("exe", b"abc"), file("exe.log", b"abc"))
    await expect(rows(page).get_by_text("Envoyé").filter(visible=True)).to_have_count(2)


async def test_page_8_files_of_a_draft_look_like_those_just_sent(form: Form) -> None:
    page = await form()
    await choose(page, file("journal.log", b"abc"))
    await expect(page.locator("#draft-state")).to_contain_text("Brouillon enregistré")
    await page.reload()
    await expect(rows(page)).to_contain_text("journal.log")
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)
    await expect(rows(page).get_by_role("checkbox")).to_have_count(0)
    await rows(page).get_by_role("button", name="Retirer journal.log").click()
    await expect(rows(page)).to_have_count(0)


async def test_a_screenshot_is_pasted_and_a_text_with_its_picture_stays_a_text(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp")
    assert not await page.evaluate(IS_TAKEN, ["paste", [["image.png", "image/png", PNG]], "du texte"])
    assert not await page.evaluate(IS_TAKEN, ["paste", [], "du texte"])
    assert await page.evaluate(IS_TAKEN, ["paste", [["image.png", "image/png", PNG]], ""])
    await expect(rows(page)).to_have_count(1)
    await expect(rows(page)).to_contain_text("Envoyé", use_inner_text=True)
    named = re.compile(r"^capture-20\d\d-\d\d-\d\d-\d{6}\.png$")
    await expect(rows(page).locator(".upload-name")).to_have_text(named)
    assert await page.evaluate(IS_TAKEN, ["paste", [["plan.png", "image/png", PNG]], ""])
    await expect(rows(page).filter(has_text="plan.png")).to_contain_text("Envoyé", use_inner_text=True)


async def test_a_dropped_file_never_takes_the_page_away(visit: Visit, declare: Declare) -> None:
    dropped = ["drop", [["glisse.png", "image/png", PNG]], ""]
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp")
    assert await page.evaluate(IS_TAKEN, ["dragover", *dropped[1:]])
    assert await page.evaluate(IS_TAKEN, dropped)
    await expect(rows(page)).to_contain_text("glisse.png")
    assert not await page.evaluate(IS_TAKEN, ["dragover", [], "un texte que l’on déplace"])
    await page.goto("/parametres")
    assert await page.evaluate(IS_TAKEN, ["dragover", *dropped[1:]])
    assert await page.evaluate(IS_TAKEN, dropped)


async def test_a_phone_offers_its_camera(visit: Visit, declare: Declare) -> None:
    options = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie-sqp", **options)
    camera = page.get_by_label("Prendre une photo")
    await expect(page.get_by_text("Prendre une photo")).to_be_visible()
    await expect(camera).to_have_attribute("capture", "environment")
    await camera.focus()
    assert await outlined(page)
    await camera.set_input_files({"name": "image.png", "mimeType": "image/png", "buffer": b"abc"})
    await expect(rows(page)).to_have_count(1)


async def outlined(page: Page) -> bool:
    outline = "getComputedStyle(document.activeElement.closest('label')).outlineStyle"
    return str(await page.evaluate(outline)) != "none"


async def test_page_8_without_scripts_files_go_with_the_form(form: Form, ours: World, tmp_path: Path) -> None:
    page = await form(java_script_enabled=False)
    await fill(page)
    await choose(page, big_file(tmp_path, "journal.log", 3), big_file(tmp_path, "trop.log", LIMIT + 1))
    await submit(page)
    await expect(page.locator(".uploads")).to_contain_text("trop.log : Ce fichier est trop volumineux : 20 Mo au plus.")
    await expect(rows(page)).to_contain_text("journal.log")
    await expect(page.get_by_label("Descriptif")).to_have_value(DETAILS)
    await submit(page)
    incident = await declared(page, ours)
    assert len(incident["attachments"]) == 1


@pytest.mark.parametrize(("tab", "home"), [("messagerie-sqp", "#composer"), ("declaration", ".attach")])
async def test_a_file_on_its_way_arrives_while_another_tab_of_the_incident_is_read(
    visit: Visit, declare: Declare, tab: str, home: str
) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet={tab}")
    let_go = asyncio.Event()

    async def held(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await page.route("**/fichiers", held)
    form = page.locator(home)
    files = [file(f"journal-{number}.log", LOG + b"%d" % number) for number in (1, 2)]
    await form.locator("input[type=file]").first.set_input_files(files)
    listed = form.locator(".upload-list li")
    await expect(listed).to_have_count(2)
    await page.locator("#tab-contrat").click()
    await expect(form).to_have_count(0)
    await page.locator(f"#tab-{tab}").click()
    await expect(listed.locator("progress:visible")).to_have_count(2)
    await page.locator("#tab-contrat").click()
    async with page.expect_response("**/fichiers"), page.expect_response("**/fichiers"):
        let_go.set()
    await page.locator(f"#tab-{tab}").click()
    await expect(listed).to_have_count(2)
    for row in (listed.first, listed.last):
        await expect(row).to_contain_text("Envoyé", use_inner_text=True)
    await listed.first.get_by_role("button", name="Retirer").click()
    await expect(listed).to_have_count(1)
