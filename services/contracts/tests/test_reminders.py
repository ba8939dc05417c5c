"""Reminders before the end of cover, the warning before the last day of ordering, and why there was none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts import reminders
from devkit.harness import CLIENT, OTHER_CLIENT, OTHER_RESELLER, RESELLER, Harness, back_office
from events.contracts import ContractExpiring
from web import clock

OFFER = {"applies_to_product_reference": "TS-131K-1TIW", "label": "Extension 1 an", "months": 12}


async def offered(harness: Harness, **changes: Any) -> None:
    async with harness.client(back_office("contracts:write")) as http:
        answer = await http.put("/api/v1/backoffice/extension-offers/SKU", json={**OFFER, **changes})
        assert answer.status_code == 200, answer.text


async def told(harness: Harness, kind: str = "end") -> list[ContractExpiring]:
    every = await harness.told(ContractExpiring)
    return [event for event in every if isinstance(event, ContractExpiring) and event.reminder == kind]


async def log(harness: Harness, number: str = "1", principal: Any = RESELLER) -> Any:
    async with harness.client(principal) as http:
        answer = await http.get(f"/api/v1/contracts/{number}/reminders")
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(lines: Any) -> list[tuple[str, int, str, str | None]]:
    return [(line["kind"], line["threshold"], line["outcome"], line["reason"]) for line in lines]


async def test_each_threshold_is_told_once_by_its_name(harness: Harness, register: Any) -> None:
    await register("1", ends_in=91)
    for days in (0, 1, 2, 31, 61, 84, 91):
        async with harness.service.database.transaction() as session:
            await reminders.remind(session, clock.today() + timedelta(days=days))
    assert [(event.threshold, event.days_left) for event in await told(harness)] == [
        (90, 90),
        (60, 60),
        (30, 30),
        (7, 7),
    ]


async def test_the_last_day_of_ordering_has_a_warning_of_its_own(harness: Harness, register: Any) -> None:
    await register("1", ends_in=44)
    await register("2", ends_in=44, product_reference="OTHER")
    await register("3", ends_in=-20)
    await offered(harness, order_days_after_end=-30)
    for _ in range(2):
        async with harness.service.database.transaction() as session:
            await reminders.remind(session)
    [warning] = await told(harness, "order")
    assert (warning.number, warning.order_until) == ("1", clock.today() + timedelta(days=14))
    await offered(harness, order_days_after_end=30)
    async with harness.service.database.transaction() as session:
        await reminders.remind(session)
    assert [event.number for event in await told(harness, "order")] == ["1", "3"]


@pytest.mark.parametrize(
    ("applies_to", "expected"),
    [("TS-131K-1TIW", {"1"}), ("ST1000VN002", {"1"}), ("TS-253E", {"2"}), ("MXK32FN", set())],
    ids=["the product", "an article", "another contract's article", "an article of neither"],
)
async def test_an_offer_is_for_the_contracts_with_its_product_alone(
    harness: Harness, register: Any, applies_to: str, expected: set[str]
) -> None:
    await register(
        "1", ends_in=10, articles=[{"designation": "Disque", "product_reference": "ST1000VN002", "serial_number": "Z1"}]
    )
    await register(
        "2",
        ends_in=10,
        product_reference="OTHER",
        articles=[{"designation": "NAS", "product_reference": "TS-253E", "serial_number": "Z2"}],
    )
    await offered(harness, applies_to_product_reference=applies_to)
    async with harness.service.database.transaction() as session:
        await reminders.remind(session)
    assert {event.number for event in await told(harness, "order")} == expected
    for number in ("1", "2"):
        found = await log(harness, number)
        assert (found["order_until"] is not None) == (number in expected)
        assert (found["items"][-1]["reason"] == "no_offer") == (number not in expected)


async def test_what_one_run_leaves_is_told_at_once(
    harness: Harness, register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "BATCH", 2)
    for number in range(5):
        await register(str(number), ends_in=20)
    await harness.run_job("contracts.remind")
    assert len(await told(harness)) == 2
    while await harness.run_jobs():
        pass
    assert len(await told(harness)) == 5


async def test_why_there_was_no_reminder(harness: Harness, register: Any) -> None:
    await register("1", ends_in=20)
    await harness.run_job("contracts.remind")
    found = await log(harness)
    assert shown(found["items"]) == [
        ("end", 90, "skipped", "passed"),
        ("end", 60, "skipped", "passed"),
        ("end", 30, "computed", None),
        ("end", 7, "planned", None),
        ("order", 14, "skipped", "no_offer"),
    ]
    ninety = found["items"][0]
    assert ninety["due_on"] == (clock.today() - timedelta(days=70)).isoformat()
    assert "il ne restait que 20 jours" in ninety["sentence"]
    assert found["items"][2]["computed_at"] is not None


@pytest.mark.parametrize(
    ("ends_in", "begun", "offer", "expected"),
    [
        (-5, 100, {}, {("skipped", "ended"), ("skipped", "closed")}),
        (200, -100, {}, {("planned", None)}),
        (20, -10, {}, {("planned", None), ("skipped", "passed")}),
        (5, 100, {"order_days_after_end": -30}, {("planned", None), ("skipped", "passed"), ("skipped", "closed")}),
    ],
    ids=["over when it was registered", "far away", "yet to begin", "no longer to be ordered"],
)
async def test_what_is_to_come_and_what_cannot_come_any_more(
    harness: Harness, register: Any, ends_in: int, begun: int, offer: Any, expected: Any
) -> None:
    await offered(harness, **offer)
    await register("1", ends_in=ends_in, started=begun)
    found = await log(harness)
    assert {(line["outcome"], line["reason"]) for line in found["items"]} == expected


@pytest.mark.parametrize(
    ("ends_in", "begun", "planned"),
    [(25, 100, {30, 7}), (60, 100, {60, 30, 7}), (61, 100, {90, 60, 30, 7}), (5, 100, {7}), (60, -20, {60, 30, 7})],
)
async def test_what_is_announced_is_what_will_be_told(
    harness: Harness, register: Any, ends_in: int, begun: int, planned: set[int]
) -> None:
    await register("1", ends_in=ends_in, started=begun)
    items = [line for line in (await log(harness))["items"] if line["kind"] == "end"]
    assert {line["threshold"] for line in items if line["outcome"] == "planned"} == planned
    for day in range(max(-begun, 0), ends_in + 1):
        async with harness.service.database.transaction() as session:
            await reminders.remind(session, clock.today() + timedelta(days=day))
    assert {event.threshold for event in await told(harness)} == planned
    for line in items:
        if line["outcome"] == "skipped":
            nearest = max(each for each in planned if each < line["threshold"])
            assert f"celui à {nearest} jours en tient lieu" in line["sentence"]


@pytest.mark.parametrize("days_after_end", [-90, -30, 0, 30])
async def test_the_log_is_in_the_order_of_its_days(harness: Harness, register: Any, days_after_end: int) -> None:
    await offered(harness, order_days_after_end=days_after_end)
    await register("1", ends_in=300)
    days = [line["due_on"] for line in (await log(harness))["items"]]
    assert days == sorted(days)


async def test_a_moved_end_arms_them_again_and_keeps_the_earlier_log(harness: Harness, register: Any) -> None:
    await register("1", ends_in=20)
    await harness.run_job("contracts.remind")
    await register("1", ends_in=400)
    found = await log(harness)
    assert {line["outcome"] for line in found["items"] if line["kind"] == "end"} == {"planned"}
    [earlier] = found["earlier"]
    assert earlier["ends_on"] == (clock.today() + timedelta(days=20)).isoformat()
    assert shown(earlier["items"])[-1] == ("end", 30, "computed", None)


async def test_the_log_is_for_those_who_see_the_contract(harness: Harness, register: Any) -> None:
    await register("1", ends_in=20)
    await log(harness, principal=CLIENT)
    for stranger in (OTHER_RESELLER, OTHER_CLIENT):
        async with harness.client(stranger) as http:
            assert (await http.get("/api/v1/contracts/1/reminders")).status_code == 404
