"""A replacement that got lost, turned up, or went back to SQP, after another was sent or its exchange taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from services.incidents.tests.parcels import leaves

from devkit.harness import CLIENT, SQP, back_office
from web.clock import PARIS

FAULTY, NEW = "Q207B17555", "Q251I02233"
START = datetime(2026, 5, 19, 10, tzinfo=PARIS)
DUE = date(2026, 6, 3)
OFFICE = back_office("exchanges:write", "incidents:read")
HOLDERS_STEPS = ["return_shipped", "return_lost", "more_time"]


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=PARIS)


@pytest.fixture
async def sent(desk: Any, at: Any) -> str:
    """The id of the parcel of an exchange in advance that left on 19 May 2026."""
    at(START)
    return await leaves(desk)


@pytest.mark.parametrize("taken_back", [("cancel", {"note": "Trop tard"}), ("reverse", {"reason": "fault_gone"})])
async def test_what_nobody_got_is_not_to_come_back_unless_it_turns_up(
    desk: Any, sent: str, taken_back: tuple[str, dict[str, str]]
) -> None:
    step, more = taken_back
    await desk.step(desk.number, step, **more)
    assert (await desk.news(sent, "lost")).status_code == 200
    line = await desk.line(desk.number)
    assert (line["replacement_return"], line["stage"]) == (None, "done" if step == "cancel" else "to_close")
    assert not {"cancel", "out_of_stock"} & set(line["actions"])
    await desk.news(sent, "delivered")
    line = await desk.line(desk.number)
    assert (line["replacement_return"]["state"], line["due_on"]) == ("expected", "2026-06-03")


async def test_what_was_damaged_on_its_way_may_still_come_back(desk: Any, sent: str) -> None:
    await desk.step(desk.number, "reverse", reason="fault_gone")
    await desk.news(sent, "damaged")
    line = await desk.step(desk.number, "receive_replacement", serial_number=NEW)
    assert line["stage"] == "to_close"


async def test_what_its_holder_never_got_and_the_carrier_delivers_is_due_then(desk: Any, sent: str) -> None:
    await desk.step(desk.number, "cancel", note="Trop tard")
    await desk.step(desk.number, "return_lost", by=CLIENT, note="Jamais reçu")
    await desk.news(sent, "delivered")
    line = await desk.line(desk.number, by=CLIENT)
    assert (line["replacement_return"]["state"], line["due_on"]) == ("expected", "2026-06-03")


@pytest.mark.parametrize("another", [False, True])
async def test_what_was_lost_before_a_cancellation_and_turns_up_after_it_comes_back(
    desk: Any, sent: str, another: bool
) -> None:
    """Also where another was chosen meanwhile; and it takes no cover over."""
    await desk.news(sent, "lost")
    if another:
        await desk.step(desk.number, "reserve", serial_number="AUTRE")
    assert (await desk.step(desk.number, "cancel", note="Perdu"))["replacement_return"] is None
    await desk.news(sent, "delivered")
    line = await desk.line(desk.number, by=CLIENT)
    assert (line["due_on"], line["stage"], line["actions"]) == ("2026-06-03", "awaited", HOLDERS_STEPS)
    assert (line["cover"], line["replacement_serial_number"]) == ("unchanged", NEW)


@pytest.mark.parametrize("how", ["cancelled", "reversed"])
async def test_what_got_lost_before_it_was_to_come_back_is_not_sent_again_and_may_still_arrive(
    desk: Any, sent: str, how: str
) -> None:
    step = ("cancel", {"note": "Trop tard"}) if how == "cancelled" else ("reverse", {"reason": "fault_gone"})
    await desk.step(desk.number, step[0], **step[1])
    await desk.news(sent, "lost")
    line = await desk.line(desk.number)
    assert line["timeline"][-1]["sentence"] == "Colis perdu."
    assert "de nouveau" not in f"{line['state_label']} {line['dispatch_label']}"
    line = await desk.step(desk.number, "receive_replacement", serial_number=NEW)
    assert line["replacement_return_state"] == "received"


async def test_a_parcel_that_returned_to_its_sender_is_delivered_there(desk: Any, sent: str, at: Any) -> None:
    """A carrier's last fact of it is no delivery to its holder."""
    [parcel] = (await desk.line(desk.number))["shipments"]
    await desk.step(desk.number, "cancel", note="Trop tard")
    facts = []
    for hours, state in enumerate(("returned_to_sender", "delivered"), 1):
        moment = (START + timedelta(hours=hours)).isoformat()
        number = {"carrier": parcel["carrier"], "tracking_number": parcel["tracking_number"]}
        facts.append({**number, "state": state, "at": moment})
    at(START + timedelta(hours=3))
    told = await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": facts})
    assert told.json()["items"] == ["applied", "known"]
    line = await desk.line(desk.number)
    assert (line["shipments"][0]["state"], line["replacement_return"]["due_on"]) == ("returned_to_sender", None)
    assert "delivered" not in [fact["step"] for fact in line["timeline"]]


@pytest.mark.parametrize("is_cancelled", [True, False])
async def test_a_back_office_that_puts_the_carriers_last_word_delivers_nothing_to_the_holder(
    desk: Any, sent: str, is_cancelled: bool
) -> None:
    if is_cancelled:
        await desk.step(desk.number, "cancel", note="Trop tard")
    [parcel] = (await desk.line(desk.number))["shipments"]
    body = {key: parcel[key] for key in ("carrier", "tracking_number")} | {"incident_number": desk.number, "lines": [1]}
    for state in ("returned_to_sender", "delivered"):
        answer = await desk.as_(OFFICE).put(f"/backoffice/shipments/{sent}", json={**body, "state": state})
        assert answer.status_code == 200
    line = await desk.line(desk.number)
    assert (line["shipments"][0]["state"], line["replaced_on"]) == ("returned_to_sender", None)
    assert (await desk.news(sent, "delivered")).status_code == 200  # a person who knows better


async def test_what_came_back_is_not_told_as_delivered_to_its_holder(desk: Any, sent: str) -> None:
    await desk.step(desk.number, "cancel", note="Trop tard")
    await desk.step(desk.number, "receive_replacement", serial_number=NEW)
    before = await desk.line(desk.number, by=CLIENT)
    await desk.news(sent, "delivered")
    after = await desk.line(desk.number, by=CLIENT)
    assert (after["timeline"], after["dispatch"]) == (before["timeline"], before["dispatch"])


async def test_a_lost_parcel_delivered_after_the_next_one_is_told_to_sqp_alone(desk: Any, sent: str) -> None:
    await desk.news(sent, "lost")
    await desk.step(desk.number, "reserve", serial_number="AUTRE")
    await desk.news(await desk.ship(desk.number), "delivered")
    before = await desk.line(desk.number, by=CLIENT)
    await desk.news(sent, "delivered")
    after = await desk.line(desk.number, by=CLIENT)
    assert after["timeline"] == before["timeline"]
    assert (await desk.line(desk.number))["timeline"][-1]["step"] == "second_delivery"


@pytest.mark.parametrize("by", [SQP, OFFICE], ids=["person", "office"])
async def test_a_unit_that_was_delivered_twice_is_found_by_its_number_and_replaces_nothing_until_it_is_back(
    desk: Any, sent: str, by: Any
) -> None:
    await desk.news(sent, "lost")
    await desk.step(desk.number, "reserve", serial_number="AUTRE")
    await desk.news(await desk.ship(desk.number), "delivered")
    other = await desk.declare(serial_numbers=["Z9CBPM5M"], title="Disque")
    await desk.exchange(other, "Z9CBPM5M")
    await desk.news(sent, "delivered")
    found = (await desk.as_(SQP).get("/exchanges", params={"scan": NEW})).json()["items"]
    assert [row["incident_number"] for row in found] == [desk.number]
    refused = await desk.try_step(other, "reserve", serial_number=NEW)
    assert (refused.status_code, refused.json()["code"]) == (409, "replacement_is_taken")
    seen = await desk.line(desk.number, by=CLIENT)
    actions = {parcel["id"]: parcel["actions"] for parcel in (await desk.line(desk.number))["shipments"]}
    assert actions[sent] == ["returned_to_sender"]
    assert (await desk.news(sent, "returned_to_sender", by)).status_code == 200
    line = await desk.line(desk.number)
    assert (line["timeline"][-1]["step"], line["dispatch"], line["cover"]) == (
        "spare_came_back", "delivered", "replaced",
    )  # fmt: skip
    assert (await desk.line(desk.number, by=CLIENT))["timeline"] == seen["timeline"]
    assert (await desk.news(sent, "returned_to_sender", by)).status_code == 409
    await desk.step(other, "reserve", serial_number=NEW)


async def test_what_was_delivered_and_is_in_service_does_not_come_back_by_its_parcel(desk: Any, sent: str) -> None:
    await desk.news(sent, "delivered")
    refused = await desk.news(sent, "returned_to_sender")
    assert (refused.status_code, refused.json()["code"]) == (409, "parcel_not_on_its_way")
    assert (await desk.line(desk.number))["dispatch"] == "delivered"


async def test_for_a_unit_that_got_lost_on_its_way_to_its_repair_another_may_be_sent(desk: Any) -> None:
    await desk.register()
    number = await desk.declare()
    await desk.exchange(number, type="repair")
    await desk.step(number, "return_shipped")
    await desk.step(number, "return_lost", note="Introuvable")
    assert "reserve" not in (await desk.line(number))["actions"]
    await desk.step(number, "settle", outcome="waived", note="Faute du transporteur")
    await desk.step(number, "reserve", serial_number="AUTRE")
    await desk.news(await desk.ship(number), "delivered")
    line = await desk.line(number)
    assert (line["type"], line["cover"], line["stage"]) == ("standard_exchange", "replaced", "to_close")
