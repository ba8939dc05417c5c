"""Open pages of a client's basic people are told of what is shared with them."""

from __future__ import annotations

from typing import Any

from devkit.harness import CLIENT, CLIENT_BASIC


async def test_a_basic_person_gets_hints_of_what_is_shared_alone(world: Any, open_page: Any) -> None:
    async with open_page(CLIENT_BASIC) as basic, open_page(CLIENT) as administrator:
        await world.tell(
            world.facts.status("pending", readers=[]),
            world.facts.status("resolved", number="20122302", readers=[CLIENT_BASIC.user_id]),
            world.facts.status("resolved", number="20122303"),
        )
        for page, numbers in ((administrator, ["01", "02", "03"]), (basic, ["02", "03"])):
            await page.until(lambda p: "20122303" in [each["number"] for each in p.events("incident.changed")])
            hints = page.events("incident.changed")
            assert [each["number"] for each in hints] == [f"201223{number}" for number in numbers]


async def test_the_page_of_an_administrator_ends_once_there_is_none_any_more(world: Any, open_page: Any) -> None:
    """It opens again with a new token, which says the role."""
    async with open_page(CLIENT) as page, open_page(CLIENT_BASIC) as other:
        await world.tell(world.facts.user(CLIENT, role="basic", version=2))
        await page.until(lambda p: p.ended)
        assert not other.ended
