"""What open pages hear of files: that one is there or gone, never that somebody named it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from devkit.harness import CLIENT, RESELLER

HINT = "incident.changed"


async def test_a_page_hears_of_a_file_when_it_is_bound_and_when_it_is_detached(world: Any, open_page: Any) -> None:
    named = world.facts.files("client", CLIENT, message_id=uuid4())
    async with open_page(RESELLER) as seller, open_page(CLIENT) as author:
        await world.tell(named, world.facts.status())
        await seller.until(lambda p: bool(p.events(HINT)))
        assert [hint["what"] for hint in seller.events(HINT)] == ["status"]
        await world.tell(world.facts.bound(named), world.facts.detached("client", CLIENT))
        for page in (seller, author):
            await page.until(lambda p: len(p.events(HINT)) == 3)
            assert page.events(HINT)[1:] == [{"number": "20122301", "what": "files", "thread": "client"}] * 2
