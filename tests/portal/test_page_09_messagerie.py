"""The guide, page 9: Messagerie and Messagerie (SQP)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect
from tests.portal.incidents import Declare, People, attach, composer, live, send, write

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]


@pytest.mark.parametrize(
    ("thread", "other", "reader"),
    [("messagerie", "client_test", "le client Client Test"), ("messagerie-sqp", "sqp_support", "SQP")],
    ids=["reseller and client", "reseller and SQP"],
)
async def test_page_9_two_browsers_see_each_others_messages_arrive(
    visit: Visit, declare: Declare, thread: str, other: str, reader: str
) -> None:
    path = f"/incidents/{await declare()}?onglet={thread}"
    reseller, partner = await visit("revendeur_test", path), await visit(other, path)
    await live(reseller)
    await live(partner)
    await expect(composer(reseller)).to_contain_text(f"Visible par {reader}")
    await expect(composer(partner)).to_contain_text("Visible par le revendeur Revendeur Test")
    await write(reseller, "Avez-vous redémarré le NAS ?")
    await expect(composer(reseller).locator(".said")).to_contain_text("Envoyé à")
    await expect(composer(reseller).locator("textarea")).to_have_value("")
    arrived = partner.locator(".message", has_text="Avez-vous redémarré le NAS ?")
    await expect(arrived).to_contain_text("Revendeur")
    await composer(partner).locator("textarea").fill("Oui, sans effet.")
    await composer(partner).locator("textarea").press("Control+Enter")
    await expect(reseller.locator(".message").last).to_contain_text("Oui, sans effet.")
    await expect(reseller.locator(".message")).to_have_count(2)
    await expect(partner.locator(".message")).to_have_count(2)


async def test_page_9_a_message_in_the_other_thread_marks_its_tab(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    page = await visit("revendeur_test", f"/incidents/{number}?onglet=messagerie")
    await live(page)
    await expect(page.locator(".news:visible")).to_have_count(0)
    await people("sqp_support").post(f"/incidents/{number}/messages?thread=sqp", {"body": "Bonjour", "file_ids": []})
    await expect(page.locator("#tab-messagerie-sqp .news")).to_be_visible()
    await expect(page.locator(".message")).to_have_count(0)


async def test_page_9_the_two_threads_differ_at_a_glance(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie")
    look = "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element.parentElement).borderLeft]"
    client = await composer(page).evaluate(look)
    await page.locator("#tab-messagerie-sqp").click()
    await expect(composer(page)).to_contain_text("Visible par SQP")
    sqp = await composer(page).evaluate(look)
    assert client[0] != sqp[0]
    assert client[1] != sqp[1]


async def test_page_9_a_client_never_sees_the_sqp_thread_nor_sqp_the_clients(visit: Visit, declare: Declare) -> None:
    number = await declare()
    client = await visit("client_test", f"/incidents/{number}?onglet=messagerie-sqp")
    await expect(client.locator("#tab-messagerie")).to_be_visible()
    await expect(client.locator("#tab-messagerie-sqp")).to_have_count(0)
    await expect(client.locator("body")).not_to_contain_text("Messagerie (SQP)")
    await expect(client.locator(".tabs [aria-current=page]")).to_have_text("Déclaration")
    await client.goto(f"/incidents/{number}/messages/sqp")
    await expect(client.locator(".thread.sqp")).to_have_count(0)
    sqp = await visit("sqp_support", f"/incidents/{number}?onglet=messagerie")
    await expect(sqp.locator("#tab-messagerie-sqp")).to_be_visible()
    await expect(sqp.locator("#tab-messagerie")).to_have_count(0)


async def test_page_9_a_message_takes_files_along(visit: Visit, declare: Declare) -> None:
    path = f"/incidents/{await declare()}?onglet=messagerie"
    reseller, client = await visit("revendeur_test", path), await visit("client_test", path)
    await live(client)
    await attach(reseller, "smart.txt")
    await expect(composer(reseller).locator(".upload-list li")).to_contain_text("Envoyé", use_inner_text=True)
    await write(reseller, "Voici le journal.")
    row = client.locator(".message .attachment", has_text="smart.txt")
    await expect(row.get_by_role("link", name="Télécharger")).to_be_visible()
    await expect(composer(reseller).locator(".upload-list li")).to_have_count(0)
    await expect(reseller.locator(".message .attachment summary")).to_be_visible()


async def test_page_9_a_file_alone_is_a_message(visit: Visit, declare: Declare) -> None:
    path = f"/incidents/{await declare()}?onglet=messagerie"
    reseller, client = await visit("revendeur_test", path), await visit("client_test", path)
    await live(client)
    await send(reseller)
    await expect(composer(reseller).locator(".said")).to_contain_text("joignez un fichier")
    await attach(reseller, "smart.txt")
    await expect(composer(reseller).locator(".upload-list li")).to_contain_text("Envoyé", use_inner_text=True)
    await send(reseller)
    await expect(composer(reseller).locator(".said")).to_contain_text("Envoyé à")
    await expect(client.locator(".message").last).to_contain_text("Fichier joint : smart.txt")
    await expect(client.locator(".message .attachment", has_text="smart.txt")).to_have_count(1)


async def test_page_9_a_typed_message_survives_a_failure_a_reload_and_other_tabs(
    visit: Visit, declare: Declare
) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie")
    await page.route("**/messages/client*", lambda route: route.abort())
    await write(page, "Un message précieux.")
    await expect(composer(page).locator(".said")).to_contain_text("Votre message n’est pas parti.")
    await expect(composer(page).locator("textarea")).to_have_value("Un message précieux.")
    await page.locator("#tab-messagerie-sqp").click()
    await expect(composer(page)).to_contain_text("Visible par SQP")
    await expect(composer(page).locator("textarea")).to_have_value("")
    await page.locator("#tab-messagerie").click()
    await expect(composer(page).locator("textarea")).to_have_value("Un message précieux.")
    await page.unroute("**/messages/client*")
    await page.reload()
    await composer(page).get_by_role("button", name="Envoyer à Client Test").click()
    await expect(page.locator(".message")).to_have_count(1)
    await expect(composer(page).locator("textarea")).to_have_value("")


async def test_page_9_an_answer_that_was_lost_does_not_send_the_message_twice(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie")

    async def lose(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch()
        await route.abort()

    await page.route("**/messages/client*", lose)
    await write(page, "Une seule fois.")
    await expect(composer(page).locator(".said")).to_contain_text("n’est pas parti")
    await page.unroute("**/messages/client*")
    await send(page)
    await expect(composer(page).locator(".said")).to_contain_text("Envoyé à")
    await expect(page.locator(".message")).to_have_count(1)


async def test_page_9_the_newest_message_is_in_view_and_earlier_ones_a_click_away(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    client = people("client_test")
    for index in range(52):
        body = {"body": f"Message {index:02d}", "file_ids": []}
        await client.post(f"/incidents/{number}/messages?thread=client", body)
    page = await visit("revendeur_test", f"/incidents/{number}?onglet=messagerie")
    await expect(page.locator(".message")).to_have_count(50)
    await expect(page.get_by_text("Message 51")).to_be_in_viewport()
    await expect(page.get_by_text("Message 02")).not_to_be_in_viewport()
    await page.get_by_role("link", name="Messages précédents").click()
    await expect(page.locator(".message")).to_have_count(52)
    await expect(page.locator(".message").first).to_contain_text("Message 00")


async def test_page_9_a_basic_user_who_forces_a_message_is_refused(visit: Visit, declare: Declare) -> None:
    number = await declare()
    page = await visit("revendeur_basique", f"/incidents/{number}?onglet=messagerie")
    forced = """async (path) => {
      const csrf = document.querySelector("input[name=csrf]").value;
      const body = new URLSearchParams({ csrf, body: "Forcé", key: "forced" });
      return (await fetch(path, { method: "POST", body })).status;
    }"""
    assert await page.evaluate(forced, f"/incidents/{number}/messages/client") == 403
    await page.reload()
    await expect(page.locator(".message")).to_have_count(0)


async def test_page_9_messages_and_files_are_sent_without_scripts(visit: Visit, declare: Declare) -> None:
    path = f"/incidents/{await declare()}?onglet=messagerie"
    page = await visit("client_test", path, java_script_enabled=False)
    await composer(page).locator("textarea").fill("Sans script, avec un fichier.")
    await attach(page, "notes.txt")
    await composer(page).get_by_role("button", name="Envoyer à Revendeur Test").click()
    await expect(page.locator(".notice")).to_contain_text("Votre message est envoyé.")
    message = page.locator(".message", has_text="Sans script")
    await expect(message.locator(".attachment")).to_have_count(1)
    await page.locator(".tabs").get_by_role("link", name="Contrat").click()
    await expect(page.locator("section.sheet")).to_contain_text("30101")


async def test_page_9_without_scripts_a_refused_file_gives_the_message_back(visit: Visit, declare: Declare) -> None:
    page = await visit("client_test", f"/incidents/{await declare()}?onglet=messagerie", java_script_enabled=False)
    await composer(page).locator("textarea").fill("Ce que j’ai écrit.")
    await attach(page, "page.html", b"<html><script>1</script></html>")
    await send(page)
    await expect(composer(page).locator(".wrong")).to_contain_text("page.html")
    await expect(composer(page).locator("textarea")).to_have_value("Ce que j’ai écrit.")
    await expect(page.locator(".message")).to_have_count(0)


async def test_page_9_what_is_written_next_is_not_said_to_be_sent(visit: Visit, declare: Declare) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie")
    said = composer(page).locator(".said")
    for attaching in (True, False):
        await write(page, "Bonjour")
        await expect(said).to_contain_text("Envoyé à")
        if attaching:
            await attach(page, "journal.log")
        else:
            await composer(page).locator("textarea").fill("Autre chose")
        await expect(said).to_have_text("")


async def test_page_9_a_phone_has_one_touch_to_the_composer(visit: Visit, declare: Declare) -> None:
    small = {"width": 320, "height": 640}
    page = await visit("revendeur_test", f"/incidents/{await declare()}?onglet=messagerie", viewport=small)
    await write(page, "Ligne\n" * 30)
    await expect(composer(page).locator(".said")).to_contain_text("Envoyé à")
    await page.evaluate("scrollTo(0, 0)")
    await page.get_by_role("link", name="Écrire un message").click()
    await expect(composer(page).locator("textarea")).to_be_in_viewport(ratio=1)
    await expect(composer(page).locator("textarea")).to_be_focused()
    # Under the bar on top it would not be seen who reads.
    assert await composer(page).locator(".reader").evaluate("line => line.getBoundingClientRect().top") > 56
