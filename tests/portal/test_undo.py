"""A message of SQP's in the browser: it waits ten seconds, in which *Annuler* makes a draft of it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.portal.incidents import Declare, People, attach, composer, live, write
from tests.portal.test_accessibility import violations
from tests.portal.widths import misfits

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
# Milliseconds: ten seconds, the relay, the job and the stream.
LEFT = 25_000


def thread(number: str) -> str:
    return f"/incidents/{number}?onglet=messagerie-sqp"


async def said(people: People, number: str) -> list[str]:
    found = await people("revendeur_test").get(f"/incidents/{number}/messages", thread="sqp")
    return [each["body"] for each in found["items"]]


async def test_it_counts_down_for_its_author_alone_and_then_arrives(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    reseller = await visit("revendeur_test", thread(number))
    page = await visit("sqp_support", thread(number))
    for each in (reseller, page):
        await live(each)
    await write(page, "Votre disque part ce soir.")
    waiting = page.locator("#pending")
    await expect(waiting).to_contain_text("Votre disque part ce soir.")
    await expect(waiting).to_contain_text("Envoi dans")
    await expect(composer(page).locator("textarea")).to_be_focused()
    await expect(composer(page).locator("textarea")).to_have_value("")
    assert await said(people, number) == []
    await expect(reseller.locator(".message")).to_contain_text("Votre disque part ce soir.", timeout=LEFT)
    await expect(page.locator(".message")).to_contain_text("Votre disque part ce soir.", timeout=LEFT)
    await expect(page.locator(".pending-message")).to_have_count(0)


async def test_taken_back_it_stands_in_the_composer_with_its_file_before_what_was_begun_since(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("sqp_support", thread(number))
    await attach(page, "bordereau.txt")
    await expect(composer(page).locator(".upload-list li")).to_contain_text("Envoyé", use_inner_text=True)
    await write(page, "Voici le bordereau.")
    await expect(page.locator(".pending-message")).to_contain_text("bordereau.txt")
    await composer(page).locator("textarea").fill("Autre chose")
    await page.get_by_role("button", name="Annuler l’envoi").dblclick()
    await expect(page.get_by_role("status").filter(has_text="Votre message n’est pas parti")).to_be_visible()
    await expect(composer(page).locator("textarea")).to_have_value("Voici le bordereau.\n\nAutre chose")
    await expect(composer(page).locator(".upload-list li")).to_have_count(1)
    await expect(page.locator(".pending-message")).to_have_count(0)
    pending = await people("sqp_support").get(f"/incidents/{number}/pending-messages", thread="sqp")
    assert (pending["items"], await said(people, number)) == ([], [])


async def test_what_is_changed_after_that_is_what_leaves(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    page = await visit("sqp_support", thread(number))
    await write(page, "Lundi.")
    await page.get_by_role("button", name="Annuler l’envoi").click()
    await expect(composer(page).locator("textarea")).to_have_value("Lundi.")
    await write(page, "Mardi.")
    await expect(page.locator(".message")).to_contain_text("Mardi.", timeout=LEFT)
    assert await said(people, number) == ["Mardi."]


async def test_it_leaves_though_the_browser_is_closed(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    page = await visit("sqp_support", thread(number))
    await write(page, "Je ferme.")
    await expect(page.locator(".pending-message")).to_have_count(1)
    await page.close()
    reseller = await visit("revendeur_test", thread(number))
    await expect(reseller.locator(".message")).to_contain_text("Je ferme.", timeout=LEFT)


async def test_what_waits_is_accessible_and_holds_its_layout(visit: Visit, declare: Declare, people: People) -> None:
    number = await declare()
    await people("sqp_support").post(
        f"/incidents/{number}/messages?thread=sqp&undoable=true", {"body": "Long" * 80, "file_ids": []}
    )
    page = await visit("sqp_support", thread(number))
    await expect(page.locator(".pending-message")).to_be_visible()
    assert await misfits(page) == []
    assert await violations(page) == []


async def test_without_scripts_it_is_taken_back_by_a_form_until_it_has_left(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("sqp_support", thread(number), java_script_enabled=False)
    await write(page, "Un mot.")
    await expect(page.get_by_role("status").filter(has_text="Votre message part dans dix secondes.")).to_be_visible()
    await page.get_by_role("button", name="Annuler l’envoi").click()
    await expect(composer(page).locator("textarea")).to_have_value("Un mot.")
    await write(page, "Un autre.")
    # The next message, from wherever, makes this one leave.
    body = {"body": "Un troisième.", "file_ids": []}
    await people("sqp_support").post(f"/incidents/{number}/messages?thread=sqp&undoable=true", body)
    await page.get_by_role("button", name="Annuler l’envoi").click()
    await expect(page.get_by_role("alert")).to_contain_text("Votre message est déjà parti.")
    assert await said(people, number) == ["Un autre."]
