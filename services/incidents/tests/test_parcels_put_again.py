"""What a back office sends again of its parcel with other details: it is taken, or refused by its field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.parcels import START, put, two_to_send

from devkit.harness import CLIENT
from events.incidents import ExchangeChanged

DETAILS = {"contact": "M. Durand", "opening_hours": "9 h – 17 h", "expected_on": "2026-05-20"}


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    at(START)
    return await two_to_send(desk)


async def parcel(desk: Any, number: str, by: Any = CLIENT) -> dict[str, Any]:
    return dict((await desk.line(number, by=by))["shipments"][0])


OTHERS: list[tuple[str, dict[str, Any], str]] = [
    ("address", {"street": "8 quai Rambaud"}, "address_is_frozen"),
    ("contact", {"contact": "Mme Accueil"}, "parcel_is_fixed"),
    ("opening_hours", {"opening_hours": ""}, "parcel_is_fixed"),
    ("direction", {"direction": "replacement_return"}, "other_direction"),
    ("lines", {"lines": [1, 2]}, "shipment_elsewhere"),
]


@pytest.mark.parametrize(("field", "other", "code"), OTHERS, ids=[field for field, *_ in OTHERS])
async def test_what_cannot_change_once_a_parcel_has_left_is_refused_by_its_field(
    desk: Any, number: str, field: str, other: dict[str, Any], code: str
) -> None:
    identifier = uuid4()
    sent = {**DETAILS, "direction": "outbound", "address": desk.ADDRESS}
    assert (await put(desk, identifier, number, **sent, state="shipped")).status_code == 201
    before = await desk.line(number)
    changed = {"address": {**desk.ADDRESS, **other}} if field == "address" else other
    for state in ("shipped", "delivered"):
        answer = await put(desk, identifier, number, **{**sent, **changed, "state": state})
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, code, field)
    assert await desk.line(number) == before
    assert (await put(desk, identifier, number, **sent, state="shipped")).status_code == 200


async def test_while_it_is_prepared_contact_and_hours_change_and_its_address_does_not(desk: Any, number: str) -> None:
    identifier = uuid4()
    first = {**DETAILS, "address": desk.ADDRESS}
    await put(desk, identifier, number, **first)
    assert (await put(desk, identifier, number, contact="Mme Accueil", opening_hours="")).status_code == 200
    found = await parcel(desk, number)
    assert (found["contact"], found["opening_hours"], found["expected_on"]) == ("Mme Accueil", "", "2026-05-20")
    elsewhere = await put(desk, identifier, number, address={**desk.ADDRESS, "city": "Paris"})
    assert (elsewhere.status_code, elsewhere.json()["field"]) == (409, "address")
    # The back office's last word counts, and nothing is said by what it leaves out.
    assert (await put(desk, identifier, number, **first)).status_code == 200
    assert (await parcel(desk, number))["contact"] == "M. Durand"
    assert (await put(desk, identifier, number, state="shipped")).status_code == 200
    found = await parcel(desk, number)
    assert (found["contact"], found["state"]) == ("M. Durand", "shipped")
    # A late repetition is no contradiction.
    late = await put(desk, identifier, number, contact="Mme Accueil", opening_hours="")
    assert (late.status_code, (await parcel(desk, number))["contact"]) == (200, "M. Durand")


async def test_the_day_on_which_a_parcel_is_expected_changes_until_it_has_arrived(
    desk: Any, number: str, at: Any
) -> None:
    identifier = uuid4()
    await put(desk, identifier, number, **DETAILS, state="shipped")
    at(START + timedelta(hours=3))
    for day, said in (("2026-05-22", "22/05/2026"), ("2026-05-20", "20/05/2026"), (None, "inconnue")):
        for _ in range(2):
            changed = await put(desk, identifier, number, **{**DETAILS, "expected_on": day}, state="shipped")
            assert changed.status_code == 200
        line = await desk.line(number, by=CLIENT)
        assert line["shipments"][0]["expected_on"] == day
        assert line["timeline"][-1]["sentence"] == f"Nouvelle date de livraison prévue du colis\u00a0: {said}."
    events = [event for event in await desk.harness.told(ExchangeChanged) if isinstance(event, ExchangeChanged)]
    assert [event.step for event in events].count("parcel_expected") == 3
    assert (await put(desk, identifier, number, state="delivered")).status_code == 200
    late = await put(desk, identifier, number, expected_on="2026-05-30", state="delivered")
    assert (late.status_code, late.json()["code"], late.json()["field"]) == (409, "parcel_is_fixed", "expected_on")
    assert (await put(desk, identifier, number, **DETAILS, state="shipped")).status_code == 200


async def test_a_parcel_that_is_put_as_shipped_has_left(desk: Any, number: str) -> None:
    assert (await put(desk, uuid4(), number, shipped=True)).json()["state"] == "shipped"
    assert (await desk.line(number))["dispatch"] == "shipped"


async def test_a_parcel_that_comes_back_to_sqp_has_no_address_to_give(desk: Any, number: str) -> None:
    await desk.news(await desk.ship(number), "delivered")
    await desk.step(number, "reverse", reason="fault_gone")
    back = {"direction": "replacement_return", "tracking_number": "RR473124829FI"}
    refused = await put(desk, uuid4(), number, **back, address=desk.ADDRESS)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        409, "no_address_back", "address",
    )  # fmt: skip
    identifier = uuid4()
    assert (await put(desk, identifier, number, **back)).status_code == 201
    # What is left out says nothing, its direction neither.
    moved = await put(desk, identifier, number, tracking_number="RR473124829FI", state="shipped")
    assert (moved.status_code, (await desk.line(number))["replacement_return_state"]) == (200, "in_transit")
