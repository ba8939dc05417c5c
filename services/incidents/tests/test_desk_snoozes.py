"""Incidents that are put off: until a morning, or until the other side writes or something moves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from services.incidents.tests.agents import CAMILLE, act, done, due, following, item, known, paris
from sqlalchemy import text

from devkit.harness import CLIENT, RESELLER, SQP, back_office

TUESDAY = "2026-05-19 10:00"


@pytest.fixture
async def shop(desk: Any, at: Any) -> Any:
    at(paris(TUESDAY))
    await desk.register()
    for who in (SQP, CAMILLE):
        await known(desk, who)
    return desk


@pytest.fixture
async def number(shop: Any, at: Any) -> str:
    """Declared yesterday evening, in diagnosis: nothing is promised for today."""
    number: str = await shop.declare()
    await shop.move(number, "in_diagnosis")
    at(paris(TUESDAY) + timedelta(minutes=5))
    return number


async def test_what_is_put_off_is_due_again_at_nine_of_its_day(shop: Any, number: str, at: Any) -> None:
    await done(shop, number, "snooze", on="2026-05-20", note="Le client rappelle.")
    assert (await due(shop), await following(shop)) == ([], None)
    shown = await item(shop, number)
    assert (shown["is_snoozed"], shown["urgency"]["kind"], shown["action"]) == (True, "later", "diagnose")
    assert datetime.fromisoformat(shown["snoozed_until"]) == paris("2026-05-20 09:00")
    assert (shown["acts"][0]["sentence"], shown["acts"][0]["note"]) == (
        f"{SQP.name} l’a remis au 20/05/2026",
        "Le client rappelle.",
    )
    at(paris("2026-05-20 08:59"))
    assert await due(shop) == []
    at(paris("2026-05-20 09:00"))
    assert await due(shop) == [number]
    shown = await item(shop, number)
    assert (shown["is_snoozed"], shown["snoozed_until"]) == (False, None)


async def test_without_a_day_it_is_the_next_working_day(shop: Any, number: str, at: Any) -> None:
    at(paris("2026-05-22 17:00"))  # a Friday before a Monday of Pentecost
    async with shop.harness.service.database.transaction() as session:
        await session.execute(text("UPDATE promises SET fulfilled_at = now()"))
    await shop.post(number, "sqp", RESELLER)
    await done(shop, number, "snooze")
    shown = await item(shop, number)
    assert datetime.fromisoformat(shown["snoozed_until"]) == paris("2026-05-26 09:00")


@pytest.mark.parametrize("by", [RESELLER])
async def test_a_party_that_writes_brings_it_back(shop: Any, number: str, at: Any, by: Any) -> None:
    await done(shop, number, "snooze", on="2026-05-20")
    at(paris("2026-05-19 11:00"))
    await shop.post(number, "sqp", by, "C’est urgent.")
    assert await due(shop) == [number]
    shown = await item(shop, number)
    assert (shown["is_snoozed"], shown["action"]) == (False, "answer")
    # And may be put off again to the same day.
    assert datetime.fromisoformat(shown["snoozed_until"]) == paris("2026-05-20 09:00")
    await done(shop, number, "snooze", on="2026-05-20")
    assert await due(shop) == []


async def test_a_second_message_brings_back_what_was_put_off_unanswered(shop: Any, number: str, at: Any) -> None:
    await shop.post(number, "sqp", RESELLER, "Alors ?")
    at(paris("2026-05-19 10:30"))
    await done(shop, number, "snooze", on="2026-05-20")
    assert await due(shop) == []
    at(paris("2026-05-19 11:00"))
    await shop.post(number, "sqp", RESELLER, "Toujours rien ?")
    assert await due(shop) == [number]


async def test_a_move_brings_it_back_and_sqps_own_message_does_not(shop: Any, number: str, at: Any) -> None:
    await done(shop, number, "snooze", on="2026-05-20")
    at(paris("2026-05-19 11:00"))
    await shop.post(number, "sqp", SQP, "Je reviens vers vous demain.")
    assert (await item(shop, number))["is_snoozed"]
    await shop.exchange(number, by=RESELLER)
    at(paris("2026-05-19 11:01"))
    assert await due(shop) == [number]
    assert (await item(shop, number))["action"] == "decide"


async def test_it_may_be_taken_up_before_its_time(shop: Any, number: str) -> None:
    before = (await item(shop, number))["action_at"]
    await done(shop, number, "snooze", on="2026-05-20")
    await done(shop, number, "wake")
    shown = await item(shop, number)
    assert (shown["action_at"], [each["act"] for each in shown["acts"][:2]]) == (before, ["wake", "snooze"])
    refused = await act(shop, number, "wake")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_put_off")


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2026, 5, 19), "put_off_too_far"),
        (date(2025, 1, 1), "put_off_too_far"),
        (date(2028, 1, 1), "put_off_too_far"),
        (date(2026, 5, 21), "promise_comes_first"),
    ],
)
async def test_a_day_that_is_none_to_come_or_beyond_a_promise_is_refused(
    shop: Any, number: str, on: date, code: str
) -> None:
    refused = await act(shop, number, "snooze", on=on.isoformat())
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert await due(shop) == [number]


async def test_what_a_colleague_has_and_what_is_over_is_not_put_off(shop: Any, number: str) -> None:
    await done(shop, number, "take", CAMILLE)
    for what in ("snooze", "wake"):
        refused = await act(shop, number, what)
        assert (refused.status_code, refused.json()["code"]) == (409, "taken_already")
    await shop.move(number, "rejected", note="Hors couverture")
    refused = await act(shop, number, "snooze", CAMILLE)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_put_off")


@pytest.mark.parametrize("what", ["snooze", "wake"])
async def test_sqps_administrators_alone_put_off(shop: Any, number: str, what: str) -> None:
    for stranger in (RESELLER, CLIENT, back_office("incidents:read")):
        assert (await act(shop, number, what, stranger)).status_code == 403
    assert (await shop.as_(SQP).post(f"/desk/20010101/{what}", json={})).status_code == 404
