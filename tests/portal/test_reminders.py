"""SQP reminds of an answer, in a browser: from the incident and of several, and what the awaited side sees of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.portal.conftest import Visit
from tests.portal.entering import host_cookie
from tests.portal.incidents import Declare, People, live
from tests.portal.test_accessibility import violations
from tests.portal.widths import misfits

from demonstration.caller import eventually
from portal.cookies import LANGUAGE

pytestmark = pytest.mark.e2e

AGENT = "sqp_support"
Waiting = Callable[..., Awaitable[str]]


@pytest.fixture
def waiting(declare: Declare, people: People) -> Waiting:
    async def wait(reason: str, note: str = "", **declared: str) -> str:
        number = await declare(**declared)
        for moved in ({"status": "in_diagnosis"}, {"status": "pending", "reason": reason, "note": note}):
            version = (await people(AGENT).get(f"/incidents/{number}"))["version"]
            await people(AGENT).post(f"/incidents/{number}/status", moved, if_match=f'"{version}"')
        return number

    return wait


async def open_fold(page: Page) -> None:
    await page.locator("#desk-bar summary", has_text="Relancer").click()


async def reminders(people: People, login: str, number: str) -> list[str]:
    lines = (await people(login).get("/notifications"))["items"]
    return [each["body"] for each in lines if each["kind"] == "answer_reminded" and each["subject"]["id"] == number]


async def test_an_agent_reads_who_will_be_told_what_and_reminds(visit: Visit, waiting: Waiting, people: People) -> None:
    number = await waiting("waiting_reseller", "Une photo, s’il vous plaît.")
    reseller = await visit("revendeur_test", "/contrats")
    await live(reseller)
    page = await visit(AGENT, f"/incidents/{number}")
    await live(page)
    await open_fold(page)
    await expect(page.locator("#desk-bar")).to_contain_text(
        "Les administrateurs de Revendeur Test seront relancés, par notification et e-mail. Ils liront : « Une photo, "
        "s’il vous plaît. »"
    )
    await page.get_by_role("button", name="Envoyer le rappel").press("Enter")
    await expect(page.get_by_text("Le rappel est parti.")).to_be_visible()
    await expect(page.locator("#desk-bar")).to_contain_text("Dernier rappel")
    await expect(page.get_by_role("button", name="Envoyer le rappel")).to_have_count(0)
    await page.get_by_text("Qui s’en est occupé").click()
    await expect(page.locator("#desk-bar")).to_contain_text("a relancé Revendeur Test")

    await reseller.locator("#bell").click()
    line = reseller.get_by_role("link", name=f"[Rappel] Incident n. {number}")
    await expect(line).to_contain_text("SQP attend toujours votre réponse. « Une photo, s’il vous plaît. »")
    assert await reminders(people, "client_test", number) == []
    # To where the answer goes.
    await line.click()
    await expect(reseller).to_have_url(re.compile(f"/incidents/{number}.onglet=messagerie-sqp#composer"))
    await expect(reseller.locator("form.composer textarea")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_form_of_a_reminder_is_accessible_and_fits_a_phone(
    visit: Visit, waiting: Waiting, theme: str
) -> None:
    number = await waiting("waiting_client", "Quel est le numéro de série du disque, s’il vous plaît ? " * 5, key=theme)
    page = await visit(AGENT, f"/incidents/{number}", color_scheme=theme)
    await live(page)
    await open_fold(page)
    assert await violations(page) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.get_by_role("button", name="Envoyer le rappel")).to_be_visible()
    assert await violations(page) == []
    assert await misfits(page) == []


async def test_a_second_reminder_is_refused_in_words_without_script(visit: Visit, waiting: Waiting) -> None:
    number = await waiting("waiting_client")
    page, late = [await visit(AGENT, f"/incidents/{number}", java_script_enabled=False) for _ in range(2)]
    await open_fold(page)
    await expect(page.locator("#desk-bar")).to_contain_text("Rien n’est cité")
    await page.get_by_role("button", name="Envoyer le rappel").click()
    await expect(page.get_by_text("Le rappel est parti.")).to_be_visible()
    await open_fold(late)
    await late.get_by_role("button", name="Envoyer le rappel").click()
    await expect(late.get_by_role("alert")).to_contain_text(f"pour l’incident n° {number} : le suivant sera possible")


async def test_several_are_reminded_of_and_each_says_what_came_of_it(visit: Visit, waiting: Waiting) -> None:
    word = "Lotrelance"
    asked = await waiting("waiting_reseller", key="a", title=f"{word} a")
    stock = await waiting("stock", key="b", title=f"{word} b")
    page = await visit(AGENT, f"/a-traiter/lot?numbers={asked},{stock}")
    await live(page)
    await page.get_by_role("button", name="Vérifier avant de relancer").press("Enter")
    await expect(page.get_by_text("La réponse attendue sera rappelée pour 1 incident.")).to_be_visible()
    await expect(page.get_by_text("1 incident sera refusé")).to_be_visible()
    await page.get_by_role("button", name="Lancer").press("Enter")
    await expect(page.get_by_text("2 sur 2")).to_be_visible()
    await expect(page.get_by_text("Relancé.")).to_be_visible()
    await expect(page.get_by_text(f"Aucune réponse n’est attendue sur l’incident n° {stock}")).to_be_visible()


async def test_who_is_reminded_of_several_is_led_to_these(visit: Visit, waiting: Waiting, people: People) -> None:
    numbers = [await waiting("waiting_reseller", key=key) for key in "ab"]
    await people(AGENT).post("/desk-jobs", {"numbers": numbers, "act": {"action": "remind"}})

    async def told() -> bool | None:
        lines = (await people("revendeur_test").get("/notifications"))["items"]
        return True if "[Rappel] 2 incidents" in [each["title"] for each in lines] else None

    await eventually(told, what="the reminder")
    page = await visit("revendeur_test", "/notifications")
    await page.get_by_role("link", name="[Rappel] 2 incidents").first.click()
    rows = page.locator("#incidents tbody tr")
    await expect(rows).to_have_count(2)
    for number in numbers:
        await expect(rows.filter(has_text=number)).to_have_count(1)
    await page.locator(".chip", has_text="2 incidents").click()
    await expect(page.locator(".chip")).to_have_count(0)


async def test_an_agent_reminds_in_english(visit: Visit, waiting: Waiting) -> None:
    number = await waiting("waiting_client", "Is the light red?")
    page = await visit(AGENT, "/a-traiter", locale="en-GB")
    await page.context.add_cookies([host_cookie(page.url, LANGUAGE, "en")])
    await page.goto(f"/incidents/{number}")
    await page.locator("#desk-bar summary", has_text="Remind").click()
    await expect(page.locator("#desk-bar")).to_contain_text(
        "The administrators of Client Test will be reminded, by notification and e-mail. They will read: “Is the light "
        "red?”"
    )
    await page.get_by_role("button", name="Send the reminder").click()
    await expect(page.get_by_text("The reminder was sent.")).to_be_visible()
    await page.goto(f"/a-traiter/lot?numbers={number}")
    await page.get_by_role("button", name="Check before reminding").click()
    await expect(page.get_by_text("1 incident will be refused")).to_be_visible()
