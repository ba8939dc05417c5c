"""A real browser on the portal that `make run` starts, with its demonstration data; or on that at ``STACK_URL``."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect
from tests.portal import declaring, paths
from tests.portal.declaring import Form
from tests.portal.entering import enter
from tests.portal.incidents import Declare, People, declaring_as
from tests.portal.navigating import wait_for_navigation
from tests.portal.walking import Walker

from demonstration import caller
from demonstration.seeding import PASSWORD
from devstack.testing import world as worlds
from devstack.testing.address import AddressStack
from devstack.testing.embedded import EmbeddedStack
from devstack.testing.running import RunningStack
from devstack.testing.world import World

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What a consumer has to hear of first takes longer than Playwright's five seconds on a busy machine.
expect.set_options(timeout=20_000)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

Visit = Callable[..., Awaitable[Page]]
_HAS_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_HAS_FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        yield session


@pytest.fixture(scope="session")
async def world(site: RunningStack, http: aiohttp.ClientSession) -> World:
    """People of companies of their own, for tests that change accounts; log in with ``password=worlds.PASSWORD``."""
    return await worlds.make(site, http)


@pytest.fixture(scope="session")
async def site() -> AsyncIterator[RunningStack]:
    if addressed := AddressStack.of_environment():
        yield await addressed.start()
        return
    folder = Path(tempfile.mkdtemp(prefix="sqp-portal-"))
    stack = EmbeddedStack(folder)
    try:
        yield await stack.start()
    finally:
        await stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def visit(browser: Browser, site: RunningStack, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    """``page = await visit("revendeur_test", "/contrats")``: a browser of its own, logged in, at that path.

    Options go to the browser's context: ``viewport``, ``locale``, ``color_scheme``, ``java_script_enabled``. A script's
    error, or a breach of the content security policy, fails the test. When the test has failed, what its pages held is
    printed.
    """
    async with AsyncExitStack() as contexts:
        complaints: list[str] = []
        pages: list[Page] = []

        async def open_page(login: str | None, path: str, *, password: str = PASSWORD, **options: Any) -> Page:
            chosen = {"viewport": DESKTOP, "locale": "fr-FR", "base_url": site.url, **options}
            context = await contexts.enter_async_context(await browser.new_context(**chosen))
            await wait_for_navigation(context)
            page = await context.new_page()
            pages.append(page)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda message: complaints.extend(policy_breaches(message)))
            if login:
                await enter(page, site.url, login, password)
            await page.goto(path)
            return page

        yield open_page
        if request.node.stash.get(_HAS_FAILED, False):
            for page in (each for each in pages if not each.is_closed()):
                print(page.url, await page.locator("body").aria_snapshot(), sep="\n")
        assert complaints == []


@pytest.fixture(scope="session")
async def facts(site: RunningStack, http: aiohttp.ClientSession) -> dict[str, str]:
    return await paths.facts(site, http)


@pytest.fixture(scope="module")
async def walking(browser: Browser, site: RunningStack, facts: dict[str, str]) -> AsyncIterator[Walker]:
    walker = Walker(browser, site.url, facts)
    yield walker
    await walker.close()


@pytest.fixture
def walker(walking: Walker) -> Walker:
    """Goes to any place of paths.py, logged in once per person."""
    walking.complaints.clear()
    return walking


def policy_breaches(message: ConsoleMessage) -> list[str]:
    """What the browser says when a page breaks its own content security policy."""
    return [message.text] if "Content Security Policy" in message.text else []


async def log_in(page: Page, login: str, password: str = PASSWORD) -> None:
    await page.goto("/connexion")
    await page.get_by_label("Identifiant").fill(login)
    await page.get_by_label("Mot de passe").fill(password)
    await page.get_by_role("button", name="Connexion").click()
    await page.wait_for_url(re.compile("/(contrats|a-traiter)"))


@pytest.fixture
def people(site: RunningStack, http: aiohttp.ClientSession) -> People:
    """``people("client_test")``: the same person without a browser."""
    return lambda login: caller.person(http, site.url, login, PASSWORD)


@pytest.fixture
def declare(people: People, request: pytest.FixtureRequest) -> Declare:
    return declaring_as(people, request.node.name)


@pytest.fixture
def open_as(visit: Visit, world: World) -> Visit:
    """``page = await open_as("reseller", "/parametres")``: a person of the world, there."""

    async def open_page(who: str, path: str, **options: Any) -> Page:
        return await visit(f"{who}-{world.mark.lower()}", path, password=worlds.PASSWORD, **options)

    return open_page


@pytest.fixture
def as_reseller(open_as: Visit) -> Visit:
    """``page = await as_reseller("/clients")``: the administrator of the world's reseller."""
    return partial(open_as, "reseller")


@pytest.fixture(scope="module")
async def ours(site: RunningStack, http: aiohttp.ClientSession) -> World:
    """A world for one file of tests alone."""
    return await worlds.make(site, http)


@pytest.fixture
async def contract(ours: World) -> str:
    """A contract of this test's own, with two articles, that the incidents service knows."""
    return await declaring.new_contract(ours)


@pytest.fixture
def form(visit: Visit, ours: World, contract: str) -> Form:
    """``page = await form()``: the declaration on that contract, as the reseller's administrator."""

    async def opened(**options: Any) -> Page:
        login = f"reseller-{ours.mark.lower()}"
        return await visit(login, f"/contrats/{contract}/declarer", password=worlds.PASSWORD, **options)

    return opened
