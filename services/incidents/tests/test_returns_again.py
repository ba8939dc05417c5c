"""A return that is told of more than once: corrected, lost and found, or to come again after its inspection."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from services.incidents.tests.returning import (
    FAULTY,
    FIRST,
    OFFICE,
    OUTBOUND,
    SECOND,
    START,
    delivered,
    office,
    returns,
    told,
)

from devkit.harness import CLIENT, RESELLER


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An exchange in advance whose replacement was delivered on 19 May 2026: due on 3 June."""
    at(START)
    return await delivered(desk)


async def test_another_number_of_a_return_on_its_way_corrects_its_parcel(desk: Any, number: str) -> None:
    await desk.step(number, "send_label", without_statement="Par téléphone", tracking_number=FIRST)
    await desk.step(number, "return_shipped", by=CLIENT)
    line = await desk.step(number, "return_shipped", by=CLIENT, tracking_number=SECOND, note="Le bon numéro")
    assert returns(line) == [(SECOND, "shipped")]
    assert told(line, "return_shipped") == ["", "Le bon numéro"]
    fact = {"carrier": "colissimo", "tracking_number": FIRST, "state": "lost", "at": START.isoformat()}
    answer = await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": [fact]})
    assert answer.json()["items"] == ["unknown"]


async def test_another_parcel_of_a_return_on_its_way_is_one_more(desk: Any, number: str, at: Any) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST)
    at(START + timedelta(hours=1))
    for _ in range(2):
        line = await desk.step(number, "return_shipped", by=CLIENT, tracking_number=SECOND, another=True)
    assert returns(line) == [(FIRST, "shipped"), (SECOND, "shipped")]
    corrected = "6A07648914300"
    line = await desk.step(number, "return_shipped", by=CLIENT, tracking_number=corrected)
    assert returns(line) == [(FIRST, "shipped"), (corrected, "shipped")]
    line = await desk.step(number, "receive")
    assert returns(line) == [(FIRST, "delivered"), (corrected, "delivered")]


@pytest.mark.parametrize("by", [CLIENT, OFFICE])
async def test_what_is_told_again_of_a_return_on_its_way_adds_its_note_alone(desk: Any, number: str, by: Any) -> None:
    for note in ("", "", "Deux cartons", "Deux cartons"):
        line = await desk.step(number, "return_shipped", by=by, tracking_number=FIRST, note=note)
    assert told(line, "return_shipped") == ["", "Deux cartons"]
    assert returns(line) == [(FIRST, "shipped")]


@pytest.mark.parametrize("again", [FIRST, SECOND, ""])
async def test_what_was_lost_and_is_found_is_on_its_way_again(desk: Any, number: str, again: str) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST)
    lost = await desk.step(number, "return_lost", by=CLIENT, note="Perdu")
    assert (lost["return_state"], returns(lost)) == ("lost", [(FIRST, "lost")])
    line = await desk.step(number, "return_shipped", by=CLIENT, tracking_number=again, note="Retrouvé")
    assert (line["return_state"], told(line, "return_shipped")) == ("in_transit", ["", "Retrouvé"])
    assert returns(line) == ([(FIRST, "shipped")] if again == FIRST else sorted([(FIRST, "lost"), (again, "shipped")]))


async def test_a_disk_that_was_to_be_kept_is_sent_after_all_under_the_number_that_is_known(
    desk: Any, number: str
) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST)
    await desk.step(number, "keep_disk", by=CLIENT, note="Données sensibles")
    line = await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST, note="Finalement envoyé")
    assert (line["stage"], line["return"]["is_disk_kept"]) == ("awaited", False)
    assert told(line, "return_shipped")[-1] == "Finalement envoyé"


async def test_the_number_of_the_parcel_that_came_is_not_that_of_the_return(desk: Any, number: str) -> None:
    refused = await desk.try_step(number, "return_shipped", by=RESELLER, tracking_number=OUTBOUND)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        409, "outbound_number", "tracking_number",
    )  # fmt: skip
    assert (await desk.line(number))["return_state"] == "expected"


@pytest.mark.parametrize(("outcome", "more"), [("mismatch", {}), ("partial", {"missing": ["Alimentation"]})])
async def test_what_is_wrong_or_missing_at_the_inspection_may_come_again_with_a_label_of_its_own(
    desk: Any, number: str, at: Any, outcome: str, more: dict[str, Any]
) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST)
    at(START + timedelta(days=20))
    await desk.step(number, "receive", serial_number="ZZZ999" if outcome == "mismatch" else FAULTY)
    await desk.step(number, "inspect", outcome=outcome, note="Vu", **more)
    line = await desk.step(number, "send_label", without_statement="Par téléphone", tracking_number=SECOND)
    back = line["return"]
    assert (back["state"], back["outcome"], back["missing"], back["due_on"]) == ("label_sent", None, [], "2026-06-15")
    line = await desk.step(number, "return_shipped", by=RESELLER, tracking_number=SECOND)
    assert returns(line) == [(FIRST, "delivered"), (SECOND, "shipped")]
    await desk.step(number, "receive", serial_number=FAULTY)
    line = await desk.step(number, "inspect", outcome="as_expected")
    assert (line["return"]["outcome"], line["stage"]) == ("as_expected", "to_close")


async def test_what_is_wrong_at_the_inspection_may_be_settled(desk: Any, number: str) -> None:
    await desk.step(number, "receive", serial_number="ZZZ999")
    await desk.step(number, "inspect", outcome="mismatch", note="Autre fournisseur")
    line = await desk.step(number, "settle", outcome="invoiced", reference="F-12")
    assert (line["return_state"], line["return"]["outcome"], line["stage"]) == ("settled", "invoiced", "to_close")


@pytest.mark.parametrize("by", [OFFICE, CLIENT])
async def test_what_came_already_brings_nothing_more_after_its_inspection(desk: Any, number: str, by: Any) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST)
    await desk.step(number, "receive", serial_number="ZZZ999")
    await desk.step(number, "inspect", outcome="mismatch", note="Autre fournisseur")
    answer = await desk.try_step(number, "return_shipped", by=by, tracking_number=FIRST, note="Le bon")
    assert (answer.status_code, answer.json()["code"]) == (409, "parcel_came_already")
    line = await desk.step(number, "return_shipped", by=by, tracking_number=SECOND, note="Le bon")
    assert (line["return_state"], returns(line)) == ("in_transit", [(FIRST, "delivered"), (SECOND, "shipped")])


async def test_the_back_offices_arrival_after_another_product_needs_no_serial_number(desk: Any, number: str) -> None:
    assert (await office(desk, number, "receive", serial_number="ZZZ999")).status_code == 200
    await desk.step(number, "inspect", outcome="mismatch", note="Autre fournisseur")
    await office(desk, number, "receive", serial_number="zzz999")
    assert (await desk.line(number))["return_state"] == "inspected"
    await office(desk, number, "receive")
    assert (await desk.line(number))["return_state"] == "received"


async def test_media_found_after_the_arrival_is_told_once(desk: Any, number: str) -> None:
    await office(desk, number, "receive", serial_number=FAULTY)
    for _ in range(2):
        answer = await office(desk, number, "receive", media_found=True, note="Une clé USB, armoire 4")
        assert answer.status_code == 200
    assert told(await desk.line(number), "quarantined") == ["Une clé USB, armoire 4"]


async def test_another_product_told_again_is_not_the_right_one_that_is_on_its_way(desk: Any, number: str) -> None:
    assert (await office(desk, number, "receive", serial_number="ZZZ999")).status_code == 200
    await desk.step(number, "inspect", outcome="mismatch", note="Autre fournisseur")
    await desk.step(number, "return_shipped", by=RESELLER, tracking_number=FIRST)
    assert (await office(desk, number, "receive", serial_number="zzz-999")).status_code == 200
    line = await desk.line(number)
    assert (line["return_state"], returns(line)) == ("in_transit", [(FIRST, "shipped")])
    await office(desk, number, "receive", serial_number=FAULTY)
    assert (await desk.line(number))["return_state"] == "received"


@pytest.mark.parametrize(("state", "hours"), [("lost", 1), ("lost", 2), ("damaged", 2)])
async def test_what_a_carrier_said_before_a_parcel_was_found_is_overtaken(
    desk: Any, number: str, at: Any, state: str, hours: int
) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST)
    lost = {"carrier": "colissimo", "tracking_number": FIRST, "state": "lost"}
    at(START + timedelta(hours=3))
    facts = [{**lost, "at": (START + timedelta(hours=1)).isoformat()}]
    assert (await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": facts})).json()["items"] == ["applied"]
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST, note="Retrouvé")
    at(START + timedelta(hours=4))
    facts = [{**lost, "state": state, "at": (START + timedelta(hours=hours)).isoformat()}]
    assert (await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": facts})).json()["items"] == ["known"]
    assert returns(await desk.line(number)) == [(FIRST, "shipped")]
    facts = [{**lost, "at": (START + timedelta(hours=3, minutes=30)).isoformat()}]
    assert (await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": facts})).json()["items"] == ["applied"]


async def test_a_delivery_of_before_a_parcel_was_found_is_news_once(desk: Any, number: str, at: Any) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST)
    at(START + timedelta(hours=3))
    await desk.step(number, "return_lost", by=CLIENT, note="Perdu")
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST, note="Retrouvé")
    moment = (START + timedelta(hours=1)).isoformat()
    fact = {"carrier": "colissimo", "tracking_number": FIRST, "state": "delivered", "at": moment}
    for expected in ("applied", "known"):
        answer = await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": [fact]})
        assert answer.json()["items"] == [expected]
    await desk.step(number, "return_lost", by=CLIENT, note="Pas chez SQP")
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number=FIRST, note="Chez le gardien")
    answer = await desk.as_(OFFICE).post("/backoffice/tracking", json={"facts": [fact]})
    assert answer.json()["items"] == ["known"]


@pytest.mark.parametrize("outcome", ["mismatch", "partial"])
async def test_nothing_comes_again_of_an_exchange_that_was_reversed(desk: Any, number: str, outcome: str) -> None:
    await desk.step(number, "receive", serial_number="ZZZ999" if outcome == "mismatch" else FAULTY)
    missing = {"missing": ["Alimentation"]} if outcome == "partial" else {}
    await desk.step(number, "inspect", outcome=outcome, note="Vu", **missing)
    line = await desk.step(number, "reverse", reason="fault_gone")
    assert "send_label" not in line["actions"]
    refused = await desk.try_step(number, "send_label", without_statement="Vu")
    assert refused.status_code == 409
    assert not (await desk.line(number))["return"]["is_awaited"]
