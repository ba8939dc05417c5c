"""A return that is overdue: the reminder's e-mail, and the answer by its link, without log-in."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from playwright.async_api import expect
from tests.portal.conftest import Visit

from demonstration.caller import eventually
from devkit.servers.postgres import Postgres
from devstack.testing import world as worlds
from devstack.testing.address import AddressStack
from devstack.testing.embedded import EmbeddedStack
from devstack.testing.exchange import Exchange
from web.clock import PARIS

pytestmark = pytest.mark.e2e

# Delivered then, and due the day after. Within the week for which links to choose a password are good.
AGO = timedelta(days=6)


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        yield session


@pytest.fixture(scope="module")
async def past(http: aiohttp.ClientSession) -> AsyncIterator[tuple[EmbeddedStack, Any]]:
    """A stack on which an exchange was delivered six days ago, and that runs today."""
    if AddressStack.of_environment():
        pytest.skip("the clock of a stack elsewhere is its own")
    folder = Path(tempfile.mkdtemp(prefix="sqp-overdue-"))
    stack = EmbeddedStack(folder, clock=datetime.now(PARIS) - AGO)
    try:
        await stack.start()
        story = Exchange(await worlds.make(stack, http))
        await story.world.support.patch("/exchange-settings", {"return_days": 1}, if_match='"1"')
        await story.begin()
        await story.approve()
        await story.deliver("B")
        await stack.stop()
        _let_a_quarter_of_an_hour_pass(folder)
        yield await stack.start_again(), story
    finally:
        await stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _let_a_quarter_of_an_hour_pass(folder: Path) -> None:
    """The schedule has had its turn of this quarter, and would not look again before the next."""
    with (
        Postgres(folder / "data" / "postgres", durable=False) as server,
        psycopg.connect(server.url_of("incidents")) as connection,
    ):
        connection.execute("DELETE FROM periodic_slots")


@pytest.fixture(scope="module")
async def site(past: tuple[EmbeddedStack, Any]) -> EmbeddedStack:
    return past[0]


async def test_an_overdue_return_is_answered_by_mail_without_log_in(
    visit: Visit, site: EmbeddedStack, past: tuple[EmbeddedStack, Any]
) -> None:
    story: Exchange = past[1]

    async def reminded() -> str | None:
        for _, text in await site.mailed(story.world.address("client")):
            found = re.search(r"/retours/repondre\S+", text)
            if found and story.serial("A") in text:
                return found.group()
        return None

    link = await eventually(reminded, what="the reminder's mail", seconds=90)
    page = await visit(None, link)
    await expect(page.locator("main")).to_contain_text(story.serial("A"))
    await expect(page.locator(".due.bad")).to_contain_text("À renvoyer au plus tard le")
    # Opening it, as a scanner of mails does, has changed nothing.
    assert (await story.line())["return_state"] == "expected"
    await page.locator("form:visible [name=tracking_number]").fill("6A07648914126")
    await page.get_by_role("button", name="Signaler l’envoi du retour").click()
    await expect(page.get_by_role("heading", name="Merci de votre réponse")).to_be_visible()
    assert (await story.line())["return_state"] == "in_transit"
    again = await visit(None, link)
    await expect(again.get_by_role("heading", name="Ce lien n’est pas valable")).to_be_visible()
