"""What carriers tell of parcels, in whatever order, repeated, and of numbers that are used again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.parcels import NUMBER, OFFICE, START, put, two_to_send

from events.incidents import ExchangeChanged


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    at(START)
    return await two_to_send(desk)


def fact(state: str, hours: int, number: str = NUMBER, carrier: str = "chronopost") -> dict[str, Any]:
    moment = (START + timedelta(hours=hours)).isoformat()
    return {"carrier": carrier, "tracking_number": number, "state": state, "at": moment}


async def track(desk: Any, *facts: dict[str, Any]) -> list[str]:
    answer = await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": list(facts)})
    assert answer.status_code == 200, answer.text
    items: list[str] = answer.json()["items"]
    return items


@pytest.mark.parametrize("order", list(permutations(["shipped", "delivered", "shipped"])), ids="-".join)
async def test_carriers_facts_come_in_any_order_and_repeated(
    desk: Any, number: str, at: Any, order: tuple[str, ...]
) -> None:
    """A delivered parcel that is reported shipped afterwards stays delivered, and keeps both times."""
    await put(desk, uuid4(), number)
    at(START + timedelta(days=2))
    hours = {"shipped": 5, "delivered": 26}
    for state in order:
        await track(desk, fact(state, hours[state]))
    line = await desk.line(number)
    (parcel,) = line["shipments"]
    assert (line["cover"], line["replaced_on"], parcel["state"]) == ("replaced", "2026-05-20", "delivered")
    assert datetime.fromisoformat(parcel["shipped_at"]) == START + timedelta(hours=5)
    steps = [event.step for event in await desk.harness.told(ExchangeChanged) if isinstance(event, ExchangeChanged)]
    assert steps.count("delivered") == 1


async def test_each_fact_says_what_became_of_it_and_an_unknown_one_stops_no_other(desk: Any, number: str) -> None:
    await put(desk, uuid4(), number)
    facts = [fact("shipped", 0, "QQ000000000FR"), fact("shipped", 0, "xy 123456785 fr"), fact("shipped", 0)]
    assert await track(desk, *facts) == ["unknown", "applied", "known"]


async def test_nothing_has_happened_later_than_now(desk: Any, number: str) -> None:
    await put(desk, uuid4(), number)
    await track(desk, fact("delivered", 24 * 400))
    assert (await desk.line(number))["replaced_on"] == "2026-05-19"


async def test_as_many_facts_as_the_api_names_are_taken_at_once(desk: Any, number: str) -> None:
    assert (
        await track(desk, *[fact("shipped", 1, number=f"RR{each:09d}FI") for each in range(500)]) == ["unknown"] * 500
    )


async def test_nothing_has_happened_before_the_exchange_was_asked_for(desk: Any, number: str) -> None:
    identifier = uuid4()
    await put(desk, identifier, number)
    before = (START - timedelta(days=20)).isoformat()
    refused = await put(desk, identifier, number, state="delivered", at=before)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "before_its_exchange", "at")
    assert await track(desk, fact("delivered", -24 * 20)) == ["unknown"]
    assert (await desk.line(number))["dispatch"] == "prepared"
    # What was granted by telephone was on its way before it was entered.
    assert await track(desk, fact("delivered", -2)) == ["applied"]
    line = await desk.line(number)
    assert (line["replaced_on"], line["return"]["due_on"]) == ("2026-05-19", "2026-06-03")
    assert line["timeline"][0]["step"] == "requested"


async def test_an_old_fact_of_a_number_that_is_used_again_moves_the_old_parcel_alone(
    desk: Any, number: str, at: Any
) -> None:
    await put(desk, uuid4(), number, state="shipped")
    old = fact("delivered", 5)
    at(START + timedelta(days=1))
    assert await track(desk, old) == ["applied"]
    at(START + timedelta(days=400))
    await desk.register(version=2, warranty_ends_on=date(2030, 1, 1), serial_number="Q2", articles=[])
    later = await desk.declare(serial_numbers=["Q2"], title="Un an après")
    await desk.exchange(later, "Q2")
    await desk.step(later, "reserve", serial_number="NEW2")
    assert (await put(desk, uuid4(), later)).status_code == 201
    assert await track(desk, old) == ["known"]
    assert (await desk.line(later))["dispatch"] == "prepared"
    assert await track(desk, fact("shipped", 24 * 401)) == ["applied"]
    assert (await desk.line(later))["dispatch"] == "shipped"


async def test_a_repeated_fact_moves_no_parcel_that_was_prepared_since_under_its_number(
    desk: Any, number: str, at: Any
) -> None:
    await put(desk, uuid4(), number, state="shipped")
    back = fact("returned_to_sender", 2)
    at(START + timedelta(hours=3))
    assert await track(desk, back) == ["applied"]
    assert (await put(desk, uuid4(), number)).status_code == 201
    assert await track(desk, back) == ["known"]
    assert (await desk.line(number))["dispatch"] == "prepared"


async def test_a_fact_of_a_box_with_several_returns_moves_them_all(desk: Any, number: str) -> None:
    for each, line in ((number, 1), (number, 2)):
        await desk.news(await desk.ship(each, line), "delivered")
    await desk.step(number, "return_shipped", 1, tracking_number="RR473124829FI")
    await desk.step(number, "return_shipped", 2, tracking_number="RR473124829FI")
    assert await track(desk, fact("delivered", 3, number="RR473124829FI")) == ["applied"]
    for line in (1, 2):
        parcels = (await desk.line(number, line))["shipments"]
        assert [each["state"] for each in parcels if each["direction"] == "return"] == ["delivered"]


@pytest.mark.parametrize("pasted", ["é" * 100, "————", "../..", "https://www.chronopost.fr/"])
async def test_a_carriers_fact_without_number_is_of_no_parcel(desk: Any, number: str, pasted: str) -> None:
    await desk.ship(number, carrier="chronopost", tracking_number="")
    assert await track(desk, fact("lost", 5, pasted)) == ["unknown"]
    assert [each["state"] for each in (await desk.line(number))["shipments"]] == ["shipped"]
