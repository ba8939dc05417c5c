"""Parcels: several for a line, one for several lines, their numbers and addresses."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.parcels import NUMBER, START, put, two_to_send

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP, back_office

FACT = {"carrier": "chronopost", "tracking_number": NUMBER, "state": "lost"}


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    at(START)
    return await two_to_send(desk)


async def test_two_parcels_for_one_line_are_delivered_with_the_last(desk: Any, number: str) -> None:
    first, second = await desk.ship(number), await desk.ship(number, tracking_number="RR473124829FI")
    await desk.news(first, "delivered")
    assert (await desk.line(number))["dispatch"] == "shipped"
    await desk.news(second, "delivered")
    assert (await desk.line(number))["dispatch"] == "delivered"


async def test_one_parcel_for_two_lines_moves_both(desk: Any, number: str) -> None:
    parcel = await desk.ship(number, 1, 2)
    await desk.news(parcel, "delivered")
    for line in (1, 2):
        assert (await desk.line(number, line))["cover"] == "replaced"
        assert (await desk.line(number, line))["shipments"][0]["lines"] == [1, 2]


@pytest.mark.parametrize("tracking_number", ["", "ABC-77"])
async def test_another_carrier_is_named_in_the_readers_language(desk: Any, number: str, tracking_number: str) -> None:
    await desk.ship(number, carrier="other", tracking_number=tracking_number)
    for language, named in (("fr", "Autre transporteur"), ("en", "Another carrier")):
        http = desk.as_(CLIENT, **{"Accept-Language": language})
        found = (await http.get(f"/incidents/{number}/exchanges")).json()
        line = found["items"][0]
        assert found["choices"]["carriers"][-1] == {"value": "other", "label": named}
        assert line["shipments"][0]["carrier_label"] == named
        assert f"({'ABC-77' if tracking_number else named})" in line["timeline"][-1]["sentence"]


async def test_cancelling_one_line_leaves_the_box_of_another_on_its_way(desk: Any, number: str) -> None:
    prepared = await desk.ship(number, 1, 2, shipped=False)
    await desk.step(number, "cancel", 1, note="Erreur")
    (parcel,) = (await desk.line(number, 2))["shipments"]
    assert (parcel["state"], parcel["lines"], (await desk.line(number))["shipments"]) == ("prepared", [2], [])
    await desk.news(prepared, "shipped")
    assert (await desk.line(number, 2))["dispatch"] == "shipped"
    assert "receive_replacement" not in (await desk.line(number))["actions"]


async def test_a_unit_in_a_box_that_has_left_with_another_comes_back_once_it_is_there(desk: Any, number: str) -> None:
    parcel = await desk.ship(number, 1, 2)
    cancelled = await desk.step(number, "cancel", 1, note="Trop tard")
    assert (cancelled["decision"], cancelled["shipments"][0]["state"]) == ("cancelled", "shipped")
    assert "receive_replacement" in cancelled["actions"]
    await desk.news(parcel, "delivered")
    assert ((await desk.line(number))["cover"], (await desk.line(number, 2))["cover"]) == ("unchanged", "replaced")


@pytest.mark.parametrize("failure", ["lost", "damaged", "refused", "returned_to_sender"])
async def test_what_failed_is_sent_again_and_may_still_turn_up(desk: Any, number: str, failure: str) -> None:
    parcel = await desk.ship(number)
    await desk.news(parcel, failure)
    assert (await desk.line(number))["state_label"] == "À expédier de nouveau"
    again = await desk.ship(number, tracking_number="RR473124829FI")
    assert (await desk.line(number))["dispatch"] == "shipped"
    await desk.news(again, "delivered")
    assert (await desk.line(number))["cover"] == "replaced"
    assert (await desk.news(parcel, "delivered")).status_code == 200
    assert (await desk.line(number))["dispatch"] == "delivered"


async def test_the_back_offices_parcel_is_put_as_often_as_it_likes(desk: Any, number: str) -> None:
    identifier = uuid4()
    assert [(await put(desk, identifier, number)).status_code for _ in range(3)] == [201, 200, 200]
    version = (await desk.line(number))["version"]
    assert (await put(desk, identifier, number, state="delivered")).json()["state"] == "delivered"
    assert (await put(desk, identifier, number, state="shipped")).json()["state"] == "delivered"
    line = await desk.line(number)
    assert (line["cover"], len(line["shipments"])) == ("replaced", 1)
    assert line["version"] > version


async def test_the_back_office_corrects_carrier_and_number_until_the_parcel_has_arrived(desk: Any, number: str) -> None:
    identifier = uuid4()
    await put(desk, identifier, number)
    corrected = await put(desk, identifier, number, carrier="dpd", tracking_number="06250123456781")
    assert (corrected.json()["carrier"], corrected.json()["tracking_number"]) == ("dpd", "06250123456781")
    line = await desk.line(number)
    prepared = next(each for each in line["timeline"] if each["step"] == "prepared")
    assert (prepared["tracking_url"], "06250123456781" in line["shipments"][0]["tracking_url"]) == ("", True)
    await put(desk, identifier, number, carrier="dpd", tracking_number="06250123456781", state="delivered")
    late = await put(desk, identifier, number, tracking_number="XY987654321FR")
    assert (late.status_code, late.json()["code"]) == (409, "parcel_has_arrived")
    again = await put(desk, identifier, number, carrier="dpd", tracking_number="06250123456781", state="delivered")
    assert again.status_code == 200


@pytest.mark.parametrize("state", ["shipped", "delivered", "lost"])
async def test_a_standard_exchange_leaves_after_receipt_whoever_of_sqp_says_so(
    desk: Any, number: str, state: str
) -> None:
    """A carrier's fact is a fact; what SQP itself says of its parcel is held to the rule."""
    await desk.step(number, "cancel", note="Autre type")
    line = await desk.exchange(number, type="standard_exchange")
    await desk.step(number, "reserve", line, serial_number="Q3")
    refused = await put(desk, uuid4(), number, lines=[line], state=state)
    assert (refused.status_code, refused.json()["code"]) == (409, "ships_after_receipt")
    prepared = uuid4()
    assert (await put(desk, prepared, number, lines=[line])).status_code == 201
    for told in (put(desk, prepared, number, lines=[line], state=state), desk.news(str(prepared), state)):
        answer = await told
        assert (answer.status_code, answer.json()["code"]) == (409, "ships_after_receipt")
    await desk.step(number, "receive", line, serial_number="Q207B17555")
    assert (await put(desk, prepared, number, lines=[line], state=state)).status_code == 200


async def test_a_number_is_that_of_one_parcel_of_the_incident(desk: Any, number: str) -> None:
    """Six at once are one; a parcel that has failed gives its number back."""
    body = {"lines": [1], "carrier": "chronopost", "tracking_number": NUMBER, "shipped": True}
    sent = await asyncio.gather(*(desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body) for _ in range(6)))
    assert sorted(each.status_code for each in sent) == [201] + [409] * 5
    assert {each.json()["code"] for each in sent if each.status_code == 409} == {"parcel_known"}
    (parcel,) = (await desk.line(number))["shipments"]
    await desk.news(parcel["id"], "returned_to_sender")
    assert (await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)).status_code == 201


async def test_a_number_is_not_that_of_a_parcel_from_sqp_and_of_one_to_sqp(desk: Any, number: str) -> None:
    label = "6A07648914126"
    await desk.step(number, "send_label", without_statement="Par téléphone", tracking_number=label)
    identifier = uuid4()
    refused = await put(desk, identifier, number, carrier="colissimo", tracking_number=label.lower())
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        409, "return_number", "tracking_number",
    )  # fmt: skip
    assert (await put(desk, identifier, number)).status_code == 201
    corrections = (
        await put(desk, identifier, number, tracking_number=label),
        await desk.news(str(identifier), "shipped", tracking_number=label),
    )
    assert [answer.json()["code"] for answer in corrections] == ["return_number"] * 2
    assert (await put(desk, identifier, number, state="delivered")).status_code == 200
    await desk.step(number, "reverse", reason="fault_gone")
    back = await put(desk, uuid4(), number, direction="replacement_return")
    assert (back.status_code, back.json()["code"]) == (409, "outbound_number")


async def test_a_parcel_of_other_lines_is_not_taken_over(desk: Any, number: str) -> None:
    identifier = uuid4()
    await put(desk, identifier, number)
    answer = await put(desk, identifier, number, lines=[2])
    assert (answer.status_code, answer.json()["code"]) == (409, "shipment_elsewhere")


async def test_two_agents_at_once_get_one_parcel_and_one_clear_refusal(desk: Any, number: str) -> None:
    parcel = await desk.ship(number)
    answers = await asyncio.gather(*(desk.news(parcel, "delivered") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["title"].startswith("Ce colis est déjà «\u00a0livré\u00a0»")


@pytest.mark.parametrize(
    "change",
    [
        {"street": "BP 42"},
        {"complement": "B.P. 12"},
        {"street": "CS 30001"},
        {"city": "Lyon Cedex 03"},
        {"city": "LYON CÉDEX"},
        {"complement": "TSA 12345"},
        {"street": "Boîte postale 7"},
    ],
)
async def test_an_exchange_in_advance_goes_to_no_po_box(desk: Any, number: str, change: dict[str, str]) -> None:
    address = {**desk.ADDRESS, **change}
    body = {"lines": [1], "carrier": "dpd", "address": address}
    answer = await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "undeliverable_address")


@pytest.mark.parametrize("street", ["12 rue de la Bp", "3 allée CSA", "Rue du Cedre", "1 rue Bpifrance"])
async def test_ordinary_streets_are_not_mistaken_for_po_boxes(desk: Any, number: str, street: str) -> None:
    body = {"lines": [1], "carrier": "dpd", "address": {**desk.ADDRESS, "street": street}}
    assert (await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)).status_code == 201


async def test_the_address_is_frozen_with_the_parcel(desk: Any, number: str) -> None:
    body = {"lines": [1], "carrier": "dpd", "contact": "M. Durand", "opening_hours": "9 h – 17 h"}
    await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)
    (parcel,) = (await desk.line(number))["shipments"]
    assert (parcel["address"]["city"], parcel["contact"]) == ("Lyon", "M. Durand")


@pytest.mark.parametrize("by", [RESELLER, CLIENT, OTHER_RESELLER, back_office("incidents:read")])
async def test_parcels_are_sqps(desk: Any, number: str, by: Any) -> None:
    parcel = await desk.ship(number)
    assert (await desk.news(parcel, "lost", by)).status_code == 403
    body = {"lines": [2], "carrier": "dpd"}
    assert (await desk.as_(by).post(f"/incidents/{number}/shipments", json=body)).status_code == 403
    assert (await desk.as_(by).post("/backoffice/tracking", json={"facts": [FACT]})).status_code == 403


@pytest.mark.parametrize("first", ["delivered", "lost"])
async def test_of_two_parcels_for_one_line_each_is_told_for_what_it_is(desk: Any, number: str, first: str) -> None:
    one, two = await desk.ship(number), await desk.ship(number)
    await desk.news(one, first)
    sentence = (await desk.line(number))["timeline"][-1]["sentence"]
    assert sentence == {"delivered": "Remplacement livré en partie.", "lost": "Colis perdu."}[first]
    await desk.news(two, "lost")
    line = await desk.line(number)
    is_resent = first == "lost"
    assert ("SQP en envoie un autre" in line["timeline"][-1]["sentence"], line["may_ship"]) == (is_resent, is_resent)


async def test_a_doubtful_number_warns_and_is_kept(desk: Any, number: str) -> None:
    await desk.ship(number, tracking_number="xy 123 456 784 fr")
    (parcel,) = (await desk.line(number))["shipments"]
    assert (parcel["tracking_number"], parcel["doubtful_number"]) == ("XY123456784FR", True)


NO_NUMBERS = ["é" * 100, "————", "../..", "X" * 61, "https://www.chronopost.fr/"]


@pytest.mark.parametrize("pasted", NO_NUMBERS)
async def test_a_number_that_is_none_is_refused_wherever_one_is_given(desk: Any, number: str, pasted: str) -> None:
    """Nothing that was typed is left out silently."""
    parcel = await desk.ship(number)
    steps = f"/incidents/{number}/exchanges/1/steps"
    answers = [
        await desk.as_(SQP).post(f"/incidents/{number}/shipments", json={"lines": [2], "tracking_number": pasted}),
        await put(desk, uuid4(), number, lines=[2], tracking_number=pasted),
        await desk.news(parcel, "delivered", tracking_number=pasted),
        await desk.as_(SQP, **{"If-Match": "*"}).post(
            steps, json={"step": "return_shipped", "tracking_number": pasted}
        ),
    ]
    for answer in answers:
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["field"]) == (409, "no_tracking_number", "tracking_number")
    assert [each["state"] for each in (await desk.line(number))["shipments"]] == ["shipped"]
    assert (await desk.line(number, 2))["shipments"] == []
