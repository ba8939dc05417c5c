"""One stream for all tabs of a browser: each hears what happens, whichever of them reads it, and however it goes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Request, Route, expect
from tests.portal.conftest import Visit, log_in
from tests.portal.incidents import Declare, People, live, move

pytestmark = pytest.mark.e2e

MANY = 12
STREAM = "**/flux"
# What a tab has heard of incidents, as it heard it.
LISTEN = """() => {
  window.heard = [];
  document.body.addEventListener("incident-changed", ({ detail }) => window.heard.push(detail.number));
  document.body.addEventListener("stream-reset", () => window.heard.push("reset"));
}"""

# Reads the part afresh, as what happens elsewhere makes it do; whether a click reached what was pressed.
READ_AFRESH = """(part) => {
  window.clicked = [];
  const place = document.querySelector(part);
  place.addEventListener("click", (event) => {
    window.clicked.push(event.target !== place);
    event.preventDefault();
  }, true);
  window.reading = () => new Promise((read) => {
    place.addEventListener("htmx:afterOnLoad", read, { once: true });
    document.body.dispatchEvent(new CustomEvent("stream-reset"));
  });
}"""

HANG = """() => {
  new BroadcastChannel("test").postMessage("hangs");
  const end = Date.now() + 20000;
  while (Date.now() < end);
}"""


def streams_of(context: BrowserContext) -> list[Request]:
    """Grows with every stream that a tab of the browser asks for."""
    asked: list[Request] = []
    context.on("request", lambda request: asked.append(request) if request.url.endswith("/flux") else None)
    return asked


async def another(page: Page, path: str = "/contrats") -> Page:
    tab = await page.context.new_page()
    await tab.goto(path)
    await live(tab)
    await tab.evaluate(LISTEN)
    return tab


async def hears(tab: Page, number: str) -> None:
    await tab.wait_for_function("(number) => window.heard.includes(number)", arg=number, polling=50)


@asynccontextmanager
async def opened(visit: Visit, **options: Any) -> AsyncIterator[tuple[Page, list[Request]]]:
    page = await visit("revendeur_test", "/contrats", **options)
    await live(page)
    await page.evaluate(LISTEN)
    yield page, streams_of(page.context)


async def test_a_dozen_tabs_load_and_hear_over_one_stream(visit: Visit, declare: Declare) -> None:
    async with opened(visit) as (page, asked):
        tabs = [page] + [await another(page) for _ in range(MANY - 1)]
        number = await declare(by="client_test")
        await asyncio.gather(*(hears(tab, number) for tab in tabs))
        assert asked == []
        bells = [await tab.locator("#unread").inner_text() for tab in tabs]
        assert len(set(bells)) == 1


async def test_when_the_tab_that_reads_is_closed_the_others_go_on_and_miss_nothing(
    visit: Visit, declare: Declare
) -> None:
    async with opened(visit) as (page, asked):
        tabs = [page] + [await another(page) for _ in range(3)]
        numbers: list[str] = []
        while len(tabs) > 1:
            numbers.append(await declare(by="client_test", key=str(len(tabs))))
            await asyncio.gather(*(hears(tab, numbers[-1]) for tab in tabs))
            await tabs.pop(0).close()
            numbers.append(await declare(by="client_test", key=f"{len(tabs)} left"))
            await asyncio.gather(*(hears(tab, numbers[-1]) for tab in tabs))
        heard = await tabs[0].evaluate("window.heard")
    assert [number for number in heard if number in numbers] == numbers
    assert "reset" not in heard
    assert len(asked) == 3
    assert all(request.headers.get("last-event-id") for request in asked)


async def test_what_happens_while_no_tab_reads_is_not_missed(visit: Visit, declare: Declare) -> None:
    """Between the tab that goes and the one that takes over, and while the network is away."""
    async with opened(visit) as (page, _):
        tab = await another(page)
        await page.context.route(STREAM, lambda route: route.abort())
        await page.close()
        number = await declare(by="client_test")
        await tab.context.unroute(STREAM)
        await tab.evaluate("window.dispatchEvent(new Event('online'))")
        await hears(tab, number)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_stream_that_is_refused_is_asked_for_again(visit: Visit, declare: Declare, status: int) -> None:
    page = await visit("revendeur_test", "/contrats")
    await live(page)
    refused: list[int] = []

    async def refuse(route: Route) -> None:
        refused.append(status)
        await route.fulfill(status=status, headers={"Retry-After": "1"}, body="")

    await page.context.route(STREAM, refuse, times=1)
    await page.reload()
    await live(page)
    assert refused == [status]
    await page.evaluate(LISTEN)
    await hears(page, await declare(by="client_test"))


async def test_a_frozen_tab_hands_over_and_reads_afresh_when_it_wakes(visit: Visit, declare: Declare) -> None:
    async with opened(visit) as (page, _):
        tab = await another(page)
        await page.evaluate("document.dispatchEvent(new Event('freeze'))")
        number = await declare(by="client_test")
        await hears(tab, number)
        assert await page.evaluate("window.heard") == []
        await page.evaluate("document.dispatchEvent(new Event('resume'))")
        await hears(page, "reset")
        after = await declare(by="client_test", key="after")
        await asyncio.gather(hears(page, after), hears(tab, after))


async def test_a_tab_that_hangs_loses_the_stream_to_one_in_view(visit: Visit, declare: Declare) -> None:
    async with opened(visit) as (page, asked):
        tab = await another(page)
        # An evaluation may begin late: the other tab is not to ask before this one hangs.
        await tab.evaluate("() => { window.hung = new Promise((on) => new BroadcastChannel('test').onmessage = on); }")
        hanging = asyncio.create_task(page.evaluate(HANG))
        await tab.evaluate("() => window.hung.then(() => true)")
        await tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await tab.wait_for_event("request", predicate=lambda request: request.url.endswith("/flux"), timeout=18000)
        number = await declare(by="client_test")
        await hears(tab, number)
        await hanging
        after = await declare(by="client_test", key="after")
        await asyncio.gather(hears(page, after), hears(tab, after))
        assert len(asked) == 1


async def test_another_log_in_ends_the_stream_of_the_person_before(visit: Visit, declare: Declare) -> None:
    async with opened(visit) as (page, _):
        await page.context.clear_cookies()
        other = await page.context.new_page()
        await log_in(other, "sqp_support")
        await live(other)
        await other.evaluate(LISTEN)
        await expect(page.get_by_text("Une autre personne s’est connectée")).to_be_visible()
        number = await declare(by="revendeur_test")
        await hears(other, number)
        assert await page.evaluate("window.heard") == []
        await expect(page.locator("body[data-live]")).to_have_count(0)


async def test_after_a_log_out_and_in_again_the_tabs_left_open_hear_again(visit: Visit, declare: Declare) -> None:
    async with opened(visit) as (page, _):
        other = await another(page)
        await other.locator("details.menu summary").click()
        await other.get_by_role("button", name="Se déconnecter").click()
        await other.wait_for_url("**/connexion*")
        await expect(page.locator("body[data-live]")).to_have_count(0, timeout=15_000)
        await log_in(other, "revendeur_test")
        await live(page)
        await hears(page, await declare(by="client_test"))


async def test_without_locks_each_tab_reads_while_it_is_in_view(visit: Visit, declare: Declare) -> None:
    page = await visit(None, "/connexion")
    await page.context.add_init_script("delete Navigator.prototype.locks")
    asked = streams_of(page.context)
    await log_in(page, "revendeur_test")
    await live(page)
    await page.evaluate(LISTEN)
    hide = (
        "(state) => { Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    # What is heard tells where to go on from.
    before = await declare(by="client_test", key="before")
    await hears(page, before)
    await page.evaluate(hide, "hidden")
    count = len(asked)
    number = await declare(by="client_test")
    assert number not in await page.evaluate("window.heard")
    await page.evaluate(hide, "visible")
    await hears(page, number)
    assert len(asked) == count + 1
    assert re.fullmatch(r"[0-9a-f]+-\d+", asked[-1].headers["last-event-id"])


async def test_the_list_of_incidents_follows_and_keeps_search_and_focus(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare(title="Grincement au démarrage")
    page = await visit("revendeur_test", "/incidents")
    await live(page)
    await page.locator("#incidents-q").fill("Grincement")
    await page.wait_for_url("**q=Grincement*")
    row = page.locator("#incidents tbody tr", has_text=number)
    await row.locator("a.row-link").focus()
    await move(people("sqp_support"), number, "in_diagnosis")
    await expect(row.locator(".state")).to_have_class(re.compile("in_diagnosis"))
    await expect(row.locator("a.row-link")).to_be_focused()
    later = await declare(title="Grincement encore", key="later")
    await expect(page.locator("#incidents tbody")).to_contain_text(later)
    await expect(page.locator("#incidents-q")).to_have_value("Grincement")
    await expect(page.locator("#incidents tbody tr", has_text="Problème avec mon NAS")).to_have_count(0)


async def test_what_was_said_of_the_last_change_goes_when_one_goes_on(visit: Visit) -> None:
    page = await visit("revendeur_test", "/parametres")
    await page.get_by_label("Langue").select_option("English")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator("[data-flash]")).to_contain_text("Your changes are saved.")
    await page.get_by_label("Language").select_option("Français")
    await expect(page.locator("[data-flash]")).to_have_count(0)
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("[data-flash]")).to_contain_text("Vos modifications sont enregistrées.")
    await page.locator("details.menu summary").click()
    await expect(page.locator(".menu [aria-current=true]")).to_have_text("Thème du système")


@pytest.mark.parametrize(
    ("login", "path", "part", "pressed"),
    [
        ("revendeur_test", "/incidents?q={}", "#incidents", "a.row-link"),
        ("sqp_support", "/a-traiter?q={}", "#desk", "a.row-link"),
        ("sqp_support", "/incidents/{}", "#moves", "button, summary"),
        ("sqp_support", "/incidents/{}", "#desk-bar", "button, summary"),
        ("revendeur_test", "/incidents/{}?onglet=declaration", "#files", "button, summary"),
    ],
)
async def test_what_is_pressed_while_the_page_reads_itself_gets_its_click(
    visit: Visit, declare: Declare, login: str, path: str, part: str, pressed: str
) -> None:
    number = await declare(files=("document.txt",))
    page = await visit(login, path.format(number))
    await live(page)
    button = page.locator(part).locator(pressed).first
    await button.hover()
    await page.evaluate(READ_AFRESH, part)
    await page.mouse.down()
    await page.evaluate("window.reading()")
    await page.mouse.up()
    assert await page.evaluate("window.clicked") == [True]
