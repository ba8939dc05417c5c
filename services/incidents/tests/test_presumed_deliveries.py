"""A delivery of which the carrier says nothing is presumed, and gives way to what is said of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.parcels import NUMBER, OFFICE, START, put, two_to_send

from devkit.harness import CLIENT

FACT = {"carrier": "chronopost", "tracking_number": NUMBER, "state": "lost"}


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    at(START)
    return await two_to_send(desk)


async def test_without_news_a_parcel_counts_as_delivered(desk: Any, number: str, at: Any) -> None:
    await desk.ship(number)
    at(START + timedelta(days=6, hours=23))
    await desk.harness.run_job("incidents.presume_deliveries")
    assert (await desk.line(number))["dispatch"] == "shipped"
    at(START + timedelta(days=7, minutes=1))
    await desk.harness.run_job("incidents.presume_deliveries")
    await desk.harness.run_job("incidents.presume_deliveries")
    line = await desk.line(number)
    assert (line["cover"], line["timeline"][-1]["step"]) == ("replaced", "delivery_presumed")
    assert line["timeline"][-1]["by"]["name"] == "La plateforme"


@pytest.mark.parametrize("news", ["lost", "returned_to_sender"])
async def test_what_a_carrier_says_after_a_delivery_was_presumed_counts(
    desk: Any, number: str, at: Any, news: str
) -> None:
    identifier = uuid4()
    await put(desk, identifier, number, state="shipped")
    at(START + timedelta(days=8))
    await desk.harness.run_job("incidents.presume_deliveries")
    presumed = await desk.line(number)
    assert (presumed["cover"], presumed["return"]["due_on"] is not None) == ("replaced", True)
    moment = (START + timedelta(days=7)).isoformat()
    fact = {"carrier": "chronopost", "tracking_number": NUMBER, "state": news, "at": moment}
    told = await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": [fact]})
    assert told.json()["items"] == ["applied"]
    line = await desk.line(number)
    assert (line["cover"], line["replaced_on"], line["return"]["due_on"], line["stage"]) == (
        "in_progress", None, None, "to_ship",
    )  # fmt: skip
    assert (line["shipments"][0]["state"], line["shipments"][0]["delivered_at"]) == (news, None)
    await desk.news(await desk.ship(number), "delivered")
    assert (await desk.line(number))["cover"] == "replaced"


@pytest.mark.parametrize("by", ["person", "office"])
async def test_what_was_presumed_stands_while_its_unit_is_exchanged_in_its_turn(
    desk: Any, number: str, at: Any, by: str
) -> None:
    """A person or the back office that calls it lost meanwhile may do so again once that exchange is over."""
    identifier = uuid4()

    async def told_lost() -> None:
        if by == "person":
            await desk.news(str(identifier), "lost")
        else:
            assert (await put(desk, identifier, number, state="lost")).status_code == 200

    await put(desk, identifier, number, state="shipped")
    at(START + timedelta(days=8))
    await desk.harness.run_job("incidents.presume_deliveries")
    dead = await desk.step(number, "replacement_dead", note="Rien reçu")
    following = int(dead["timeline"][-1]["sentence"].split("n°\u00a0")[1].split()[0])
    await told_lost()
    assert (await desk.line(number))["cover"] == "replaced"
    await desk.step(number, "cancel", following, note="C’était un colis perdu")
    await told_lost()
    line = await desk.line(number)
    assert (line["cover"], line["stage"]) == ("in_progress", "to_ship")


async def test_a_delivery_that_was_presumed_and_is_told_moves_nothing_more(desk: Any, number: str, at: Any) -> None:
    identifier = uuid4()
    await put(desk, identifier, number, state="shipped")
    at(START + timedelta(days=8))
    await desk.harness.run_job("incidents.presume_deliveries")
    before = await desk.line(number, by=CLIENT)
    await desk.news(str(identifier), "delivered")
    after = await desk.line(number, by=CLIENT)
    assert (after["timeline"], after["return"], after["cover"]) == (before["timeline"], before["return"], "replaced")
