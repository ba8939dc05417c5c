"""A new incident that takes up an earlier one: both say so, to who sees the other."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from devkit.harness import CLIENT, OTHER_CLIENT, RESELLER, SQP
from incidents.models import Incident

UNKNOWN = (409, "unknown_linked_incident")


async def refused(desk: Any, **changes: Any) -> tuple[int, str]:
    answer = await desk.as_(RESELLER).post("/incidents", json=desk.declaration(**changes))
    return answer.status_code, answer.json()["code"]


async def give(desk: Any, number: str, client: Any) -> None:
    async with desk.harness.service.database.transaction() as session:
        given = update(Incident).where(Incident.number == number)
        await session.execute(given.values(client_id=client.organisation_id))


async def test_a_new_incident_may_name_an_earlier_one_of_the_same_contract(open_desk: Any) -> None:
    await open_desk.register(number="2")
    first = await open_desk.declare()
    assert (await open_desk.incident(await open_desk.declare(linked_to=first)))["linked_to"] == first
    assert await refused(open_desk, contract_number="2", linked_to=first) == UNKNOWN
    assert await refused(open_desk, linked_to="20010101") == UNKNOWN


async def test_an_incident_names_those_that_follow_it_to_all_who_see_them(open_desk: Any) -> None:
    first = await open_desk.declare()
    following = [await open_desk.declare(linked_to=first, title=title) for title in ("Encore", "Toujours")]
    for who in (RESELLER, CLIENT, SQP):
        assert (await open_desk.incident(first, who))["followed_by"] == following
        assert (await open_desk.incident(following[0], who))["followed_by"] == []


async def test_neither_of_two_incidents_tells_of_the_other_whom_it_is_hidden_from(open_desk: Any) -> None:
    first = await open_desk.declare()
    second = await open_desk.declare(linked_to=first, title="Encore")
    await give(open_desk, first, OTHER_CLIENT)
    assert (await open_desk.incident(second, CLIENT))["linked_to"] is None
    assert (await open_desk.incident(second, RESELLER))["linked_to"] == first
    await give(open_desk, first, CLIENT)
    await give(open_desk, second, OTHER_CLIENT)
    assert (await open_desk.incident(first, CLIENT))["followed_by"] == []
    assert (await open_desk.incident(first, RESELLER))["followed_by"] == [second]
