"""A parcel that was prepared by mistake is withdrawn: the line goes on as if it had never been, and SQP alone knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.parcels import NEW, NUMBER, OFFICE, START, put, two_to_send

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from events.incidents import ExchangeChanged

OTHER = "RR473124829FI"


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    at(START)
    return await two_to_send(desk)


async def steps_told(desk: Any) -> list[str]:
    return [event.step for event in await desk.harness.told(ExchangeChanged) if isinstance(event, ExchangeChanged)]


def states(line: dict[str, Any]) -> dict[str, str]:
    return {parcel["id"]: parcel["state"] for parcel in line["shipments"]}


@pytest.mark.parametrize("by", [SQP, OFFICE], ids=["person", "office"])
async def test_a_prepared_parcel_is_withdrawn_and_the_line_is_as_before_it(desk: Any, number: str, by: Any) -> None:
    before = await desk.line(number, by=CLIENT)
    parcel = await desk.ship(number, shipped=False)
    assert (await desk.line(number))["shipments"][0]["may_recall"]
    told = len(await steps_told(desk))
    assert (await desk.news(parcel, "recalled", by, note="Préparé deux fois")).json()["state"] == "recalled"
    line = await desk.line(number)
    assert (line["dispatch"], line["stage"], line["may_ship"]) == ("none", "to_ship", True)
    assert (line["timeline"][-1]["step"], line["timeline"][-1]["note"]) == ("parcel_withdrawn", "Préparé deux fois")
    assert len(await steps_told(desk)) == told
    feed = (await desk.as_(OFFICE).get("/backoffice/incidents/changes", params={"after": 0})).json()
    assert feed["items"][-1]["kind"] == "exchange.parcel_withdrawn"
    for other in (CLIENT, RESELLER):
        seen = await desk.line(number, by=other)
        assert [fact["step"] for fact in seen["timeline"][len(before["timeline"]) :]] == ["prepared"]
        assert not seen["shipments"][0]["may_recall"]
    assert (await desk.news(await desk.ship(number, tracking_number=NUMBER), "delivered")).status_code == 200
    assert (await desk.line(number))["cover"] == "replaced"


async def test_the_cover_moves_as_of_the_day_on_which_all_that_is_left_was_delivered(
    desk: Any, number: str, at: Any
) -> None:
    phantom, sent = uuid4(), await desk.ship(number)
    await put(desk, phantom, number, tracking_number=OTHER)
    at(START + timedelta(days=2))
    await desk.news(sent, "delivered")
    assert (await desk.line(number))["cover"] == "in_progress"
    at(START + timedelta(days=9))
    for _ in range(2):
        assert (await put(desk, phantom, number, tracking_number=OTHER, state="recalled")).json()["state"] == "recalled"
    line = await desk.line(number, by=CLIENT)
    assert (line["dispatch"], line["cover"], line["replaced_on"], line["return"]["due_on"]) == (
        "delivered", "replaced", "2026-05-21", "2026-06-05",
    )  # fmt: skip
    assert line["timeline"][-1]["sentence"] == "Remplacement livré."
    assert not [step for step in await steps_told(desk) if step in ("parcel_lost", "recalled")]
    events = [event for event in await desk.harness.told(ExchangeChanged) if isinstance(event, ExchangeChanged)]
    assert (events[-1].step, events[-1].cover, str(events[-1].replaced_on)) == ("delivered", "replaced", "2026-05-21")
    assert (await put(desk, phantom, number, tracking_number=OTHER)).json()["state"] == "recalled"


async def test_what_is_under_way_counts_as_delivered_without_news_as_if_the_other_had_never_been(
    desk: Any, number: str, at: Any
) -> None:
    await desk.ship(number)
    phantom = await desk.ship(number, shipped=False)
    await desk.news(phantom, "recalled")
    assert (await desk.line(number))["dispatch"] == "shipped"
    at(START + timedelta(days=8))
    await desk.harness.run_job("incidents.presume_deliveries")
    line = await desk.line(number)
    assert (line["cover"], line["replaced_on"]) == ("replaced", "2026-05-27")


async def test_a_delivery_that_was_presumed_beside_it_counts_from_its_day_and_stays_presumed(
    desk: Any, number: str, at: Any
) -> None:
    sent = await desk.ship(number)
    phantom = await desk.ship(number, shipped=False)
    at(START + timedelta(days=8))
    await desk.harness.run_job("incidents.presume_deliveries")
    at(START + timedelta(days=12))
    await desk.news(phantom, "recalled")
    line = await desk.line(number)
    assert (line["cover"], line["replaced_on"]) == ("replaced", "2026-05-27")
    assert "delivery_presumed" in [fact["step"] for fact in line["timeline"]]
    await desk.news(sent, "lost")
    assert (await desk.line(number))["cover"] == "in_progress"


@pytest.mark.parametrize("state", ["shipped", "delivered", "lost"])
async def test_a_parcel_that_has_left_is_not_withdrawn(desk: Any, number: str, state: str) -> None:
    identifier = uuid4()
    await put(desk, identifier, number, state=state)
    before = await desk.line(number)
    for answer in (
        await put(desk, identifier, number, state="recalled"),
        await desk.news(str(identifier), "recalled"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "parcel_has_left")
        assert "« " in answer.json()["title"].replace("\u00a0", " ")
    assert await desk.line(number) == before
    assert not before["shipments"][0]["may_recall"]


async def test_withdrawn_twice_by_two_agents_it_is_withdrawn_once(desk: Any, number: str) -> None:
    parcel = await desk.ship(number, shipped=False)
    answers = [await desk.news(parcel, "recalled") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["code"] == "parcel_not_on_its_way"
    assert [fact["step"] for fact in (await desk.line(number))["timeline"]].count("parcel_withdrawn") == 1


async def test_a_parcel_that_nobody_knows_is_not_withdrawn(desk: Any, number: str) -> None:
    answer = await put(desk, uuid4(), number, state="recalled")
    assert (answer.status_code, answer.json()["code"]) == (404, "shipment_not_found")
    assert (await desk.line(number))["shipments"] == []


async def test_a_box_with_several_lines_is_withdrawn_from_each(desk: Any, number: str) -> None:
    box = await desk.ship(number, 1, 2, shipped=False)
    await desk.news(await desk.ship(number, 1), "delivered")
    await desk.news(box, "recalled")
    first, second = await desk.line(number, 1), await desk.line(number, 2)
    assert (first["cover"], first["dispatch"]) == ("replaced", "delivered")
    assert (second["cover"], second["dispatch"]) == ("in_progress", "none")


async def test_the_announced_parcel_of_a_replacement_is_withdrawn_and_its_return_is_awaited_as_before(
    desk: Any, number: str, at: Any
) -> None:
    await desk.news(await desk.ship(number), "delivered")
    await desk.step(number, "reverse", reason="fault_gone")
    before = await desk.line(number, by=CLIENT)
    back = uuid4()
    assert (await put(desk, back, number, direction="replacement_return", tracking_number=OTHER)).status_code == 201
    put_back = await put(desk, back, number, direction="replacement_return", tracking_number=OTHER, state="recalled")
    assert put_back.json()["state"] == "recalled"
    line = await desk.line(number, by=CLIENT)
    assert (line["replacement_return"], line["stage"], line["timeline"]) == (
        before["replacement_return"], before["stage"], before["timeline"],
    )  # fmt: skip
    # Its number is free: the holder sends it in that parcel after all.
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=OTHER)
    assert (await desk.line(number))["replacement_return"]["state"] == "in_transit"


async def test_a_label_that_was_sent_to_the_holder_is_not_withdrawn(desk: Any, number: str) -> None:
    await desk.step(number, "send_label", without_statement="Par téléphone", tracking_number="6A07648914126")
    (label,) = (await desk.line(number))["shipments"]
    answer = await desk.news(label["id"], "recalled")
    assert (answer.status_code, answer.json()["code"], label["may_recall"]) == (409, "label_was_sent", False)


async def test_what_was_lost_is_still_to_be_sent_again_once_the_second_parcel_is_withdrawn(
    desk: Any, number: str
) -> None:
    lost = await desk.ship(number)
    second = await desk.ship(number, shipped=False)
    await desk.news(lost, "lost")
    assert ((await desk.line(number))["dispatch"], (await desk.line(number))["stage"]) == ("prepared", "to_ship")
    await desk.news(second, "recalled")
    assert (await desk.line(number))["dispatch"] == "failed"


async def test_where_the_second_unit_does_not_leave_the_line_is_about_the_first_that_was_found(
    desk: Any, number: str, at: Any
) -> None:
    one = await desk.ship(number)
    await desk.news(one, "lost")
    await desk.step(number, "reserve", serial_number="SECOND")
    two, phantom = await desk.ship(number), await desk.ship(number, shipped=False)
    at(START + timedelta(days=1))
    await desk.news(one, "delivered")
    at(START + timedelta(days=5))
    await desk.news(two, "returned_to_sender")
    await desk.news(phantom, "recalled")
    line = await desk.line(number)
    assert (line["replacement_serial_number"], line["cover"], line["replaced_on"]) == (NEW, "replaced", "2026-05-20")


async def test_a_repaired_unit_that_is_lost_stays_so_once_another_parcel_of_it_is_withdrawn(
    desk: Any, number: str
) -> None:
    await desk.step(number, "cancel", note="Autre type")
    line = await desk.exchange(number, type="repair")
    await desk.step(number, "receive", line, serial_number="Q207B17555")
    await desk.step(number, "inspect", line, outcome="as_expected")
    lost, phantom = await desk.ship(number, line), await desk.ship(number, line, shipped=False)
    await desk.news(lost, "lost")
    await desk.news(phantom, "recalled")
    await desk.step(number, "reserve", line, serial_number="AUTRE")
    await desk.news(await desk.ship(number, line), "delivered")
    refused = await desk.try_step(number, "reverse", line, reason="fault_gone")
    assert (refused.status_code, refused.json()["code"]) == (409, "first_unit_lost")


async def test_after_a_reversal_it_is_withdrawn_without_a_word(desk: Any, number: str) -> None:
    await desk.news(await desk.ship(number), "delivered")
    phantom = await desk.ship(number, 2, shipped=False)
    sent = await desk.ship(number, 2)
    await desk.news(sent, "delivered")
    await desk.step(number, "reverse", 2, reason="fault_gone")
    told = len(await steps_told(desk))
    await desk.news(phantom, "recalled")
    line = await desk.line(number, 2)
    assert (line["cover"], line["replacement_return"]["state"], len(await steps_told(desk))) == (
        "returned", "expected", told,
    )  # fmt: skip


async def test_a_carrier_withdraws_no_parcel(desk: Any, number: str) -> None:
    await put(desk, uuid4(), number)
    fact = {"carrier": "chronopost", "tracking_number": NUMBER, "state": "recalled", "at": START.isoformat()}
    assert (await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": [fact]})).status_code == 422


@pytest.mark.parametrize("by", [RESELLER, CLIENT, back_office("incidents:read")])
async def test_withdrawing_is_sqps(desk: Any, number: str, by: Any) -> None:
    parcel = await desk.ship(number, shipped=False)
    assert (await desk.news(parcel, "recalled", by)).status_code == 403
    assert states(await desk.line(number)) == {parcel: "prepared"}


@pytest.mark.parametrize("by_carrier", [True, False])
async def test_a_withdrawn_parcel_that_leaves_all_the_same_is_what_its_line_sends(
    desk: Any, number: str, by_carrier: bool
) -> None:
    """Otherwise another would leave beside it."""
    parcel = uuid4()
    for state in ("prepared", "recalled"):
        await put(desk, parcel, number, tracking_number=OTHER, state=state)
    if by_carrier:
        fact = {"carrier": "chronopost", "tracking_number": OTHER, "state": "shipped", "at": START.isoformat()}
        answer = await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": [fact]})
        assert answer.json()["items"] == ["applied"]
    else:
        assert (await put(desk, parcel, number, tracking_number=OTHER, state="shipped")).json()["state"] == "shipped"
    line = await desk.line(number, by=CLIENT)
    assert (line["dispatch"], line["timeline"][-1]["step"]) == ("shipped", "shipped")
    await desk.news(str(parcel), "delivered")
    assert (await desk.line(number))["cover"] == "replaced"


async def test_a_withdrawn_parcel_that_leaves_after_another_is_told_of_once_it_is_delivered(
    desk: Any, number: str
) -> None:
    parcel = uuid4()
    for state in ("prepared", "recalled"):
        await put(desk, parcel, number, tracking_number=OTHER, state=state)
    sent = await desk.ship(number)
    await desk.news(sent, "delivered")
    assert (await put(desk, parcel, number, tracking_number=OTHER, state="shipped")).json()["state"] == "recalled"
    assert (await desk.line(number))["dispatch"] == "delivered"
