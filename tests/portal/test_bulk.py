"""Many incidents of the queue at once, in a browser: by keyboard, and without script."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import Visit
from tests.portal.incidents import Declare, live

pytestmark = pytest.mark.e2e

AGENT = "sqp_support"


async def test_chosen_incidents_are_moved_and_each_says_what_came_of_it(visit: Visit, declare: Declare) -> None:
    word = "Lotclavier"
    numbers = [await declare(key=key, title=f"{word} {key}") for key in ("a", "b", "c")]
    page = await visit(AGENT, f"/a-traiter?q={word}")
    await live(page)
    for number in numbers[:2]:
        await page.get_by_label(f"Choisir l’incident {number}").focus()
        await page.keyboard.press("Space")
    # The queue reads itself afresh; what was chosen stays so, and the keyboard where it was.
    async with page.expect_response(re.compile(r"/a-traiter\?q=")):
        await page.evaluate("document.querySelector('#desk').dispatchEvent(new CustomEvent('again'))")
    await expect(page.get_by_label(f"Choisir l’incident {numbers[0]}")).to_be_checked()
    await expect(page.get_by_label(f"Choisir l’incident {numbers[1]}")).to_be_checked()
    await expect(page.get_by_label(f"Choisir l’incident {numbers[1]}")).to_be_focused()
    await page.get_by_role("button", name="Agir sur la sélection").press("Enter")
    await expect(page.get_by_text("2 incidents choisis")).to_be_visible()

    async with page.expect_download() as exported:
        await page.get_by_role("link", name="CSV").click()
    listed = (await (await exported.value).path()).read_text("utf-8-sig")
    assert all(number in listed for number in numbers[:2])
    assert numbers[2] not in listed

    await page.get_by_role("button", name="Vérifier avant de changer l’état").press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Nouvel état").select_option("in_diagnosis")
    await page.get_by_role("button", name="Vérifier avant de changer l’état").press("Enter")
    await expect(page.get_by_text("2 incidents passeront à l’état « Diagnostic en cours ».")).to_be_visible()
    await page.get_by_role("button", name="Lancer").press("Enter")
    await expect(page.get_by_text("2 sur 2")).to_be_visible()
    await expect(page.get_by_text("Passé à l’état « Diagnostic en cours ».")).to_have_count(2)
    await page.get_by_role("link", name="Mes traitements").click()
    job = page.get_by_role("link", name="Passer à l’état « Diagnostic en cours »").first
    await expect(job).to_be_visible()


async def test_a_whole_view_is_handed_over_without_script(visit: Visit, declare: Declare) -> None:
    word = "Lotsansscript"
    for key in ("a", "b"):
        await declare(key=key, title=f"{word} {key}")
    page = await visit(AGENT, f"/a-traiter?q={word}", java_script_enabled=False)
    await page.get_by_role("button", name="Agir sur la sélection").click()
    await expect(page.get_by_text("Choisissez d’abord au moins un incident.")).to_be_visible()
    await page.get_by_label("Tout choisir : les 2 incidents de cette vue").check()
    await page.get_by_role("button", name="Agir sur la sélection").click()
    await page.get_by_label("À qui").select_option(label="Camille Durand")
    await page.get_by_role("button", name="Vérifier avant de transmettre").click()
    await expect(page.get_by_text("2 incidents seront transmis à Camille Durand.")).to_be_visible()
    await page.get_by_role("button", name="Modifier").click()
    await expect(page.get_by_label("À qui")).to_have_value(re.compile(".+"))
    await page.get_by_role("button", name="Vérifier avant de transmettre").click()
    await page.get_by_role("button", name="Lancer").click()
    async with asyncio.timeout(60):
        while not await page.get_by_text("2 sur 2").count():
            await page.reload()
    await expect(page.get_by_text("Transmis à Camille Durand.")).to_have_count(2)


async def test_what_is_missing_or_too_long_is_said_at_its_field(visit: Visit, declare: Declare) -> None:
    number = await declare(title="Lotincomplet")
    page = await visit(AGENT, f"/a-traiter?q={number}&who=x&action=zzz")
    await page.get_by_label("Tout choisir : 1 incident de cette vue").check()
    await page.get_by_role("button", name="Agir sur la sélection").click()
    await page.get_by_label("Nouvel état").select_option("pending")
    await page.get_by_role("button", name="Vérifier avant de changer l’état").click()
    await expect(page.get_by_label("Ce que l’on attend")).to_have_attribute("aria-invalid", "true")
    for button, label in (("changer l’état", "Note"), ("transmettre", "Note pour votre collègue")):
        note = page.get_by_label(label, exact=True)
        await note.evaluate("area => area.removeAttribute('maxlength')")
        await note.fill("x" * 20_000)
        if button == "transmettre":
            await page.get_by_label("À qui").select_option(label="Camille Durand")
        else:
            await page.get_by_label("Ce que l’on attend").select_option("stock")
        await page.get_by_role("button", name=f"Vérifier avant de {button}").click()
        await expect(note).to_have_attribute("aria-invalid", "true")
        await expect(note).to_have_value("x" * 20_000)


async def test_going_back_keeps_what_was_chosen_and_typed(visit: Visit, declare: Declare) -> None:
    number = await declare(title="Lotretour")
    page = await visit(AGENT, f"/a-traiter?q={number}")
    await live(page)
    await page.get_by_label(f"Choisir l’incident {number}").check()
    await page.get_by_role("button", name="Agir sur la sélection").click()
    await page.get_by_label("Note pour votre collègue").fill("À reprendre lundi")
    await page.get_by_label("À qui").select_option(label="Camille Durand")
    await page.get_by_role("button", name="Vérifier avant de transmettre").click()
    await expect(page.get_by_text("Avec la note")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_text("1 incident choisi")).to_be_visible()
    await expect(page.get_by_label("Note pour votre collègue")).to_have_value("À reprendre lundi")
    await page.get_by_role("button", name="Vérifier avant de transmettre").click()
    await page.get_by_role("button", name="Lancer").click()
    await expect(page.get_by_text("1 sur 1")).to_be_visible()
    # The answer to a form is no place to go back to: the page before it is.
    await page.go_back()
    await expect(page.get_by_text("1 incident choisi")).to_be_visible()


async def posted(page: Page, path: str, fields: dict[str, str]) -> int:
    """By the page itself: Playwright's own requests leave out what a browser keeps for this host alone."""
    send = (
        "([path, fields]) => fetch(path, { method: 'POST', body: new URLSearchParams(fields) }).then((it) => it.status)"
    )
    return int(await page.evaluate(send, [path, fields]))


async def test_what_no_form_of_ours_sends_is_refused_in_words(visit: Visit) -> None:
    page = await visit(AGENT, "/a-traiter")
    csrf = await page.locator("input[name=csrf]").first.input_value()
    for path, fields in (
        ("lot", {"all": "1", "query": "who=personne&action=rien"}),
        ("lot/verifier", {"numbers": "xyz,1", "action": "release"}),
        ("lot/verifier", {"numbers": "20010101", "action": "polir"}),
        ("lot/lancer", {"numbers": "", "action": "release"}),
        ("lots/00000000-0000-4000-8000-000000000000/arreter", {}),
    ):
        status = await posted(page, f"/a-traiter/{path}", {"csrf": csrf, **fields})
        assert status in (404, 409, 422), (path, fields, status)
    assert (await page.request.get("/incidents-choisis.csv?numbers=xyz")).status == 422
    for nothing in ("", "?numbers="):
        assert (await page.request.get(f"/incidents-choisis.csv{nothing}")).status == 404
    asked = {"HX-Request": "true", "HX-Target": "desk-bar"}
    assert (await page.request.get("/incidents/99999999/bureau", headers=asked)).status == 404
    path, page_id = "/incidents/99999999/presence", "00000000-0000-4000-8000-000000000000"
    assert await posted(page, path, {"csrf": csrf, "page": page_id}) == 404
    headers = {"HX-Request": "true", "HX-Target": "desk-views", "HX-Current-URL": "http://[?a=%ff&who=mine"}
    assert (await page.request.get("/a-traiter/vues/onglets", headers=headers)).status == 200
