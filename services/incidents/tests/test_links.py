"""Incidents that SQP links: seen from both, in SQP's eyes alone, whoever's they are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from services.incidents.tests.agents import SQP_BASIC

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP, back_office
from events.desk import IncidentAssigned

REASON = "Même lot de disques"


@pytest.fixture
async def pair(desk: Any) -> Any:
    await desk.register()
    return desk, await desk.declare(title="Premier"), await desk.declare(title="Second")


async def link(desk: Any, number: str, other: str, by: Any = SQP, relation: str = "follows") -> Any:
    body = {"number": other, "relation": relation, "reason": REASON}
    return await desk.as_(by).post(f"/desk/{number}/links", json=body)


async def links(desk: Any, number: str, by: Any = SQP) -> list[tuple[str, str, str]]:
    answer = await desk.as_(by).get(f"/desk/{number}")
    assert answer.status_code == 200, answer.text
    return [(each["relation_label"], each["number"], each["reason"]) for each in answer.json()["links"]]


async def test_each_of_two_says_what_it_is_to_the_other(pair: Any) -> None:
    desk, first, second = pair
    assert (await link(desk, second, first)).status_code == 204
    assert await links(desk, second) == [("Suite de", first, REASON)]
    assert await links(desk, first, SQP_BASIC) == [("A pour suite", second, REASON)]


async def test_two_are_linked_once_whichever_way_round_and_at_once(pair: Any) -> None:
    desk, first, second = pair
    answers = await asyncio.gather(link(desk, second, first), link(desk, first, second))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert (await link(desk, first, second)).json()["code"] == "linked_already"


@pytest.mark.parametrize(
    "written",
    [
        "n° {}",
        "{0:.4}-{1}",
        "{0:.4}\u2013{1}",
        "https://portail.sqp.example/incidents/{}?onglet=notes",
        "/incidents/{}",
    ],
)
async def test_the_other_is_named_as_it_is_pasted(pair: Any, written: str) -> None:
    desk, first, second = pair
    pasted = written.format(second, second[4:])
    assert (await link(desk, first, pasted)).status_code == 204
    assert await links(desk, first) == [("Suite de", second, REASON)]


async def test_a_long_text_is_refused_for_its_length_and_not_searched_for_an_address(pair: Any) -> None:
    """Searched, this one would hold the process for minutes."""
    desk, first, _ = pair
    async with asyncio.timeout(20):
        refused = await link(desk, first, "/incidents/12345678/" * 25_000 + " x")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "number")


async def test_either_ends_the_link_and_it_may_be_made_again(pair: Any) -> None:
    desk, first, second = pair
    await link(desk, second, first)
    assert (await desk.as_(SQP).delete(f"/desk/{first}/links/{second}")).status_code == 204
    assert await links(desk, first) == await links(desk, second) == []
    again = await desk.as_(SQP).delete(f"/desk/{second}/links/{first}")
    assert (again.status_code, again.json()["code"]) == (409, "not_linked")
    assert (await link(desk, first, second, relation="related")).status_code == 204
    assert await links(desk, first) == [("Lié à", second, REASON)]


@pytest.mark.parametrize(("other", "code"), [("itself", "linked_to_itself"), ("20010101", "other_not_found")])
async def test_an_incident_is_linked_to_another_that_there_is(pair: Any, other: str, code: str) -> None:
    desk, first, _ = pair
    answer = await link(desk, first, first if other == "itself" else other)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_open_pages_of_both_are_told_without_the_other_number(pair: Any) -> None:
    desk, first, second = pair
    await link(desk, second, first)
    told = [each.number for each in await desk.harness.told(IncidentAssigned)]
    assert sorted(told) == sorted([first, second])


async def test_parties_and_programs_neither_see_nor_make_links(pair: Any) -> None:
    desk, first, second = pair
    shown = {who: (await desk.as_(who).get(f"/incidents/{first}")).json() for who in (RESELLER, CLIENT)}
    await link(desk, second, first)
    for who in (RESELLER, CLIENT):
        answer = await desk.as_(who).get(f"/incidents/{first}")
        assert answer.json() == shown[who]
        history = await desk.as_(who).get(f"/incidents/{first}/history")
        assert second not in answer.text + history.text
        assert REASON not in answer.text + history.text
    for who in (RESELLER, CLIENT, OTHER_RESELLER, SQP_BASIC, back_office("incidents:read")):
        assert (await link(desk, first, second, who)).status_code == 403
        assert (await desk.as_(who).delete(f"/desk/{first}/links/{second}")).status_code == 403
    assert await links(desk, first) != []
