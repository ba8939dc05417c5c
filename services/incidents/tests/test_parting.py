"""A merge is taken back within ten minutes, and nothing of the incident is lost; merges that meet other acts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from services.incidents.tests.agents import CAMILLE, done, due, item, known
from services.incidents.tests.merges import merge, merged, part, read, refused, said, write

from devkit.harness import RESELLER, SQP
from events.incidents import IncidentMerged, IncidentStatusChanged
from incidents.merging.models import UNDO_FOR
from web import clock


@pytest.fixture
async def pair(open_desk: Any) -> Any:
    for who in (SQP, CAMILLE):
        await known(open_desk, who)
    return open_desk, await open_desk.declare(title="Premier"), await open_desk.declare(title="Doublon")


async def as_it_stands(desk: Any, number: str) -> Any:
    shown = await desk.incident(number)
    return {name: value for name, value in shown.items() if name != "version"}, await item(desk, number)


@pytest.mark.parametrize("reason", ["waiting_reseller", "stock", None])
async def test_parted_it_is_what_it_was_with_its_agent_its_next_action_and_its_promise(
    pair: Any, at: Any, reason: str | None
) -> None:
    desk, first, second = pair
    now = clock.now()
    await done(desk, second, "take", CAMILLE)
    if reason:
        await desk.move(second, "in_diagnosis")
        await desk.move(second, "pending", reason=reason)
    await said(desk, second, "sqp", RESELLER, "Une question")
    before, other = await as_it_stands(desk, second), await as_it_stands(desk, first)
    at(now + timedelta(minutes=1))
    await merged(desk, second, first)
    assert await due(desk) == [first]
    at(now + timedelta(minutes=1) + UNDO_FOR - timedelta(seconds=1))
    assert (await part(desk, second)).status_code == 204
    assert await as_it_stands(desk, second) == before
    assert await as_it_stands(desk, first) == other
    assert await read(desk, first, "sqp", SQP) == []
    await said(desk, second, "sqp", SQP, "Une réponse")
    await merged(desk, second, first)


async def test_after_ten_minutes_it_stays_as_it_is(pair: Any, at: Any) -> None:
    desk, first, second = pair
    now = clock.now()
    at(now)
    await merged(desk, second, first)
    at(now + UNDO_FOR)
    answer = await part(desk, second)
    assert await refused(answer) == (409, "too_late_to_part")
    assert first in answer.json()["title"]
    assert (await desk.incident(second))["merged_into"] == first


async def test_what_is_not_merged_is_not_parted(pair: Any) -> None:
    desk, first, second = pair
    assert await refused(await part(desk, first)) == (409, "not_merged")
    assert await refused(await part(desk, "20010101")) == (409, "not_merged")
    await merged(desk, second, first)
    assert await refused(await part(desk, first)) == (409, "not_merged")


async def test_that_it_was_parted_is_told_once(pair: Any) -> None:
    desk, first, second = pair
    await merged(desk, second, first)
    answers = await asyncio.gather(part(desk, second), part(desk, second))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    _, moved = await desk.harness.told(IncidentStatusChanged)
    assert (moved.number, moved.previous_status, moved.status) == (second, "closed", "new")
    _, told = await desk.harness.told(IncidentMerged)
    assert (told.number, told.source, told.undone) == (first, second, True)


async def test_of_two_merges_that_cross_one_happens(pair: Any) -> None:
    desk, first, second = pair
    for _ in range(4):
        answers = await asyncio.gather(merge(desk, first, second), merge(desk, second, first))
        assert sorted(answer.status_code for answer in answers) == [204, 409]
        over = first if answers[0].status_code == 204 else second
        assert next(answer for answer in answers if answer.status_code == 409).json()["code"] == "merged"
        assert (await part(desk, over)).status_code == 204


async def test_three_that_are_merged_in_a_circle_have_one_place_to_read(pair: Any) -> None:
    desk, first, second = pair
    third = await desk.declare()
    answers = await asyncio.gather(merge(desk, first, second), merge(desk, second, third), merge(desk, third, first))
    assert {answer.status_code for answer in answers} == {204, 409}
    over = [(await desk.incident(each))["merged_into"] for each in (first, second, third)]
    going = [number for number, target in zip((first, second, third), over, strict=True) if target is None]
    assert {target for target in over if target} <= set(going)


async def test_a_message_that_meets_the_merge_stands_in_the_other_or_is_led_there(pair: Any) -> None:
    desk, first, second = pair
    for round_ in range(4):
        text = f"Message {round_}"
        answer, done_ = await asyncio.gather(write(desk, second, "sqp", RESELLER, text), merge(desk, second, first))
        assert done_.status_code == 204
        stands = (text, second) in await read(desk, first, "sqp", SQP)
        assert (answer.status_code, stands) in ((201, True), (409, False))
        assert answer.status_code == 201 or answer.json()["target"] == first
        assert (await part(desk, second)).status_code == 204


async def test_an_end_that_meets_the_merge_comes_before_it_or_not_at_all(pair: Any) -> None:
    desk, first, second = pair
    await desk.move(second, "in_diagnosis")
    ended, done_ = await asyncio.gather(desk.try_move(second, "resolved"), merge(desk, second, first))
    outcome = (ended.status_code, done_.status_code)
    assert outcome in ((200, 409), (409, 204), (412, 204))
    assert (await desk.incident(second))["status"] == ("resolved" if done_.status_code == 409 else "closed")


async def test_acts_at_the_desk_that_meet_merges_wait_in_one_order(pair: Any) -> None:
    desk, first, second = pair
    link = {"number": first, "relation": "related", "reason": "Même panne"}
    for _ in range(4):
        answers = await asyncio.gather(
            merge(desk, second, first),
            desk.as_(SQP).post(f"/desk/{second}/links", json=link),
            desk.as_(CAMILLE).post("/desk/next", json={}),
            desk.as_(CAMILLE).post("/desk/absent", json={}),
            desk.as_(SQP).post(f"/desk/{first}/take"),
            write(desk, first, "sqp", RESELLER, "Encore"),
        )
        assert [answer.text for answer in answers if answer.status_code >= 500] == []
        await desk.as_(SQP).delete(f"/desk/{first}/links/{second}")
        await part(desk, second)
