"""After *resolved*: a word from reseller or client puts the closing off, and either of them may reopen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, SQP
from events.incidents import IncidentClosingPostponed, IncidentStatusChanged
from web import clock
from web.auth.principal import Principal

DAYS = timedelta(days=1)


async def resolved(desk: Any, by: Principal = RESELLER) -> str:
    number: str = await desk.declare(by)
    await desk.move(number, "in_diagnosis", "resolved")
    return number


async def closed_after(desk: Any, number: str) -> bool:
    await desk.harness.run_job("incidents.close_resolved")
    return bool((await desk.incident(number))["status"] == "closed")


@pytest.mark.parametrize(
    ("thread", "by", "puts_off"),
    [
        ("client", CLIENT, True),
        ("client", RESELLER, True),
        ("sqp", RESELLER, True),
        ("sqp", SQP, False),
    ],
)
async def test_a_word_from_reseller_or_client_puts_the_closing_off_by_fourteen_days(
    open_desk: Any, at: Any, thread: str, by: Principal, puts_off: bool
) -> None:
    start = clock.now()
    at(start)
    number = await resolved(open_desk)
    at(start + 10 * DAYS)
    assert (await open_desk.post(number, thread, by, "Toujours en panne")).status_code == 201
    at(start + 15 * DAYS)
    assert await closed_after(open_desk, number) is not puts_off
    at(start + 24 * DAYS - timedelta(seconds=1))
    assert await closed_after(open_desk, number) is not puts_off
    at(start + 24 * DAYS + timedelta(seconds=1))
    assert await closed_after(open_desk, number)


async def test_what_was_said_before_the_resolution_does_not_count(open_desk: Any, at: Any) -> None:
    start = clock.now()
    at(start)
    number = await open_desk.declare()
    await open_desk.post(number, "client", CLIENT, "En panne")
    at(start + timedelta(minutes=1))
    await open_desk.move(number, "in_diagnosis", "resolved")
    at(start + 15 * DAYS)
    assert await closed_after(open_desk, number)


async def test_sqp_is_told_once_a_resolution_that_the_closing_is_put_off_and_never_what_was_said(
    open_desk: Any,
) -> None:
    number = await resolved(open_desk)
    await open_desk.post(number, "sqp", RESELLER, "Bonjour SQP")
    assert await open_desk.harness.told(IncidentClosingPostponed) == []
    await open_desk.post(number, "client", CLIENT, "Toujours en panne, mot secret")
    await open_desk.post(number, "client", RESELLER, "Nous regardons")
    [told] = await open_desk.harness.told(IncidentClosingPostponed)
    assert told.closes_on == (clock.now() + 14 * DAYS).astimezone(clock.PARIS).date()
    assert told.actor.user_id == CLIENT.user_id
    assert "secret" not in told.model_dump_json()
    await open_desk.move(number, "in_diagnosis", by=CLIENT)
    await open_desk.move(number, "resolved")
    await open_desk.post(number, "client", RESELLER, "Et maintenant ?")
    assert len(await open_desk.harness.told(IncidentClosingPostponed)) == 2


async def test_either_party_reopens_whoever_declared(open_desk: Any) -> None:
    for declarer in (RESELLER, CLIENT):
        for by in (RESELLER, CLIENT):
            number = await resolved(open_desk, declarer)
            assert [move["status"] for move in (await open_desk.incident(number, by))["actions"]["next"]] == [
                "in_diagnosis"
            ]
            await open_desk.move(number, "in_diagnosis", by=by, note="Toujours en panne")
            *_, told = await open_desk.harness.told(IncidentStatusChanged)
            assert (told.previous_status, told.status, told.note) == ("resolved", "in_diagnosis", "Toujours en panne")


async def test_the_day_of_closing_is_shown_by_what_each_may_read(open_desk: Any, at: Any) -> None:
    start = clock.now()
    at(start)
    number = await resolved(open_desk)

    async def shown() -> list[str]:
        return [(await open_desk.incident(number, who))["closes_on"] for who in (CLIENT, RESELLER, SQP)]

    first = (start + 14 * DAYS).astimezone(clock.PARIS).date().isoformat()
    assert await shown() == [first] * 3
    at(start + 2 * DAYS)
    await open_desk.post(number, "sqp", RESELLER, "Toujours en panne")
    later = (start + 16 * DAYS).astimezone(clock.PARIS).date().isoformat()
    assert await shown() == [first, later, later]
    await open_desk.move(number, "in_diagnosis", by=RESELLER)
    assert await shown() == [None] * 3


async def test_a_refusal_says_why(open_desk: Any) -> None:
    number = await open_desk.declare()
    for note in ("", "   "):
        assert (await open_desk.try_move(number, "rejected", note=note)).status_code == 422
    await open_desk.move(number, "rejected", note="Hors garantie : chute.")
    [told] = await open_desk.harness.told(IncidentStatusChanged)
    assert told.note == "Hors garantie : chute."


async def test_what_is_waited_for_is_told(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis")
    await open_desk.move(number, "pending", reason="waiting_client", note="Le journal SMART complet")
    *_, told = await open_desk.harness.told(IncidentStatusChanged)
    assert (told.reason, told.note) == ("waiting_client", "Le journal SMART complet")
