"""Open pages when the process is told to stop: they end whole, at once, and lose nothing where they come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devkit.harness import RESELLER, Harness
from web.http.draining import Draining


@pytest.fixture
def draining(started: Harness) -> Iterator[Draining]:
    """This test's own: the API of the others goes on."""
    before, started.app.state.draining = started.app.state.draining, Draining()
    yield started.app.state.draining
    started.app.state.draining = before


async def test_open_pages_end_and_resume_elsewhere_without_loss(world: Any, open_page: Any, draining: Draining) -> None:
    async with open_page(RESELLER) as page, open_page(RESELLER) as other:
        await world.tell(world.facts.status())
        await page.until(lambda p: len(p.seen) == 2)
        draining.begin()
        await page.until(lambda p: p.ended)
        await other.until(lambda p: p.ended)
    assert world.harness.service.resources.hub.open_pages(RESELLER.user_id) == 0
    await world.tell(world.facts.status("closed", version=3))
    draining._begun.clear()  # as in another process, where the browser comes back to
    async with open_page(RESELLER, page.last_id) as resumed:
        await resumed.until(lambda p: len(p.seen) == 2)
    assert [data["what"] for data in resumed.events("incident.changed")] == ["status"]


async def test_a_page_that_comes_too_late_is_let_go_with_a_whole_answer(
    world: Any, open_page: Any, draining: Draining
) -> None:
    """Anything but 200 would make the browser give up for good."""
    draining.begin()
    async with open_page(RESELLER, "1-1-1") as page:
        await page.until(lambda p: p.ended)
    assert (page.status, page.seen) == (200, [])
