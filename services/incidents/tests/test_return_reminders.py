"""Reminders of returns, and the answers to them by their links."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from devkit.harness import CLIENT, SQP
from events.incidents import ReturnReminded
from incidents.exchanges import reminders
from web.auth.sealing import unseal
from web.clock import PARIS

START = datetime(2026, 5, 19, 10, tzinfo=PARIS)
DUE = date(2026, 6, 3)


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An exchange in advance whose replacement was delivered on 19 May 2026: due on 3 June."""
    at(START)
    declared: str = await desk.replaced()
    return declared


async def remind(desk: Any, at: Any, day: date) -> None:
    at(datetime(day.year, day.month, day.day, 9, tzinfo=PARIS))
    await desk.harness.run_job("incidents.remind_of_returns")


async def reminded(desk: Any) -> list[ReturnReminded]:
    return list(await desk.harness.told(ReturnReminded))


@pytest.mark.parametrize(("days_left", "threshold"), [(5, 5), (1, 1), (-1, -1), (-7, -7)])
async def test_reminders_are_sent_once_at_each_threshold(
    desk: Any, number: str, at: Any, days_left: int, threshold: int
) -> None:
    for _ in range(2):
        await remind(desk, at, DUE - timedelta(days=days_left))
    (told,) = await reminded(desk)
    assert (told.threshold, told.days_left, told.return_due_on) == (threshold, days_left, DUE)


@pytest.mark.parametrize("days_left", [6, 16])
async def test_nothing_is_reminded_of_before_its_time(desk: Any, number: str, at: Any, days_left: int) -> None:
    await remind(desk, at, DUE - timedelta(days=days_left))
    assert await reminded(desk) == []


async def test_of_reminders_that_were_missed_only_the_last_is_sent(desk: Any, number: str, at: Any) -> None:
    await remind(desk, at, DUE + timedelta(days=2))
    assert [told.threshold for told in await reminded(desk)] == [-1]


async def test_returns_that_were_reminded_of_already_hold_up_no_other(
    desk: Any, number: str, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More are awaited than one run of the job takes: here one."""
    monkeypatch.setattr(reminders, "AT_ONCE", 1)
    at(START + timedelta(days=1))
    await desk.register(number="40002", serial_number="S40002", articles=[])
    newer = await desk.declare(contract_number="40002", serial_numbers=["S40002"])
    await desk.exchange(newer, "S40002")
    await desk.step(newer, "reserve", serial_number="S40003")
    await desk.news(await desk.ship(newer), "delivered")
    for days_left in range(6, -10, -1):
        for _ in range(2):
            await remind(desk, at, DUE - timedelta(days=days_left))
    told = {(each.number, each.threshold) for each in await reminded(desk)}
    assert told == {(each, threshold) for each in (number, newer) for threshold in (5, 1, -1, -7)}


async def test_more_time_arms_the_reminders_again(desk: Any, number: str, at: Any) -> None:
    await remind(desk, at, DUE - timedelta(days=5))
    await desk.step(number, "more_time", by=CLIENT, reason="Congés")
    await remind(desk, at, DUE + timedelta(days=2))
    assert [(told.threshold, told.days_left) for told in await reminded(desk)] == [(5, 5), (5, 5)]


@pytest.mark.parametrize(
    ("step", "by", "more"),
    [
        ("return_shipped", CLIENT, {}),
        ("return_lost", CLIENT, {"note": "Perdu"}),
        ("receive", SQP, {}),
        ("settle", SQP, {"outcome": "retained"}),
    ],
)
async def test_what_is_on_its_way_lost_or_over_is_not_reminded_of(
    desk: Any, number: str, at: Any, step: str, by: Any, more: dict[str, Any]
) -> None:
    await desk.step(number, step, by=by, **more)
    await remind(desk, at, DUE - timedelta(days=1))
    assert await reminded(desk) == []


async def token(desk: Any, at: Any, private_mail_key: str) -> str:
    await remind(desk, at, DUE - timedelta(days=5))
    return str(unseal(private_mail_key, (await reminded(desk))[-1].sealed_token)["token"])


async def test_a_reminder_is_answered_by_its_link_once_and_opening_it_changes_nothing(
    desk: Any, number: str, at: Any, private_mail_key: str
) -> None:
    link = await token(desk, at, private_mail_key)
    anybody = desk.as_(None)
    for _ in range(3):
        asked = await anybody.post("/return-answers/question", json={"token": link})
        assert asked.status_code == 200, asked.text
    assert asked.json()["serial_number"] == "Q207B17555"
    assert set(asked.json()["actions"]) == {"return_shipped", "return_lost", "more_time", "keep_disk"}
    answer = {"token": link, "answer": {"step": "return_shipped", "tracking_number": "6A07648914126"}}
    assert (await anybody.post("/return-answers", json=answer)).status_code == 204
    line = await desk.line(number)
    assert (line["return_state"], line["timeline"][-1]["by"]["name"]) == ("in_transit", "Réponse par e-mail")
    for path, body in (("/return-answers", answer), ("/return-answers/question", {"token": link})):
        again = await anybody.post(path, json=body)
        assert (again.status_code, again.json()["code"]) == (404, "link_not_good")


@pytest.mark.parametrize("step", ["receive", "close", "approve", "settle"])
async def test_a_link_takes_no_step_but_the_holders(
    desk: Any, number: str, at: Any, private_mail_key: str, step: str
) -> None:
    link = await token(desk, at, private_mail_key)
    answer = await desk.as_(None).post("/return-answers", json={"token": link, "answer": {"step": step}})
    assert answer.status_code == 422


async def test_an_answer_that_is_refused_leaves_the_link_good(
    desk: Any, number: str, at: Any, private_mail_key: str
) -> None:
    for reason in ("Congés", "Encore"):
        await desk.step(number, "more_time", by=CLIENT, reason=reason)
    await remind(desk, at, DUE + timedelta(days=10))
    link = str(unseal(private_mail_key, (await reminded(desk))[-1].sealed_token)["token"])
    anybody = desk.as_(None)
    refused = await anybody.post(
        "/return-answers", json={"token": link, "answer": {"step": "more_time", "reason": "x"}}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "no_more_time")
    kept = await anybody.post("/return-answers", json={"token": link, "answer": {"step": "return_shipped"}})
    assert kept.status_code == 204


async def test_a_link_asks_nothing_of_a_return_that_was_inspected(
    desk: Any, number: str, at: Any, private_mail_key: str
) -> None:
    """What was missing may still come, but by the word of a person who has logged in."""
    link = await token(desk, at, private_mail_key)
    await desk.step(number, "receive")
    await desk.step(number, "inspect", outcome="partial", missing=["Alimentation"])
    asked = await desk.as_(None).post("/return-answers/question", json={"token": link})
    assert asked.json()["actions"] == []
    answer = await desk.as_(None).post("/return-answers", json={"token": link, "answer": {"step": "return_shipped"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_awaited")


async def test_a_link_ends_with_its_time(desk: Any, number: str, at: Any, private_mail_key: str) -> None:
    link = await token(desk, at, private_mail_key)
    at(START + timedelta(days=80))
    assert (await desk.as_(None).post("/return-answers/question", json={"token": link})).status_code == 404
