"""Exchange lines: the ways through, and what is refused on each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from events.incidents import ExchangeChanged
from web.clock import PARIS

NEW = "Q251I02233"
OFFICE = back_office("exchanges:write", "incidents:read")


def paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PARIS)


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An incident in diagnosis on Tuesday 19 May 2026 at ten."""
    at(paris("2026-05-19 10:00"))
    await desk.register()
    declared: str = await desk.declare()
    await desk.move(declared, "in_diagnosis")
    return declared


async def told(desk: Any) -> list[ExchangeChanged]:
    return list(await desk.harness.told(ExchangeChanged))


async def delivered(desk: Any, number: str, line: int = 1, serial: str = NEW, **more: Any) -> str:
    """The replacement reserved, sent and delivered."""
    await desk.step(number, "reserve", line, serial_number=serial)
    parcel: str = await desk.ship(number, line, **more)
    assert (await desk.news(parcel, "delivered")).status_code == 200
    return parcel


async def test_an_exchange_in_advance_from_request_to_end(desk: Any, number: str) -> None:
    await desk.exchange(number, by=RESELLER, note="Le client attend.")
    asked = await desk.line(number)
    assert (asked["decision"], asked["type_label"], asked["cover"]) == ("requested", "Échange avancé", "unchanged")
    approved = await desk.step(number, "approve")
    assert (approved["decision"], approved["cover"], approved["return_state"]) == (
        "approved",
        "in_progress",
        "expected",
    )
    assert (await desk.incident(number))["status"] == "exchange"
    await desk.step(number, "reserve", serial_number=NEW)
    parcel = await desk.ship(number)
    assert (await desk.line(number))["state_label"] == "Expédié"
    assert (await desk.news(parcel, "delivered")).status_code == 200
    there = await desk.line(number)
    assert (there["cover"], there["replaced_on"], there["return_due_on"]) == ("replaced", "2026-05-19", "2026-06-03")
    back = await desk.step(number, "return_shipped", by=CLIENT, carrier="colissimo", tracking_number="6A07648914126")
    assert (back["return_state"], back["shipments"][1]["doubtful_number"]) == ("in_transit", False)
    await desk.step(number, "receive", serial_number="q207-b17555")
    await desk.step(number, "inspect", outcome="as_expected")
    closed = await desk.step(number, "close")
    assert (closed["decision"], closed["state_label"]) == ("closed", "Terminé")
    assert [fact["step"] for fact in closed["timeline"]] == [
        "requested", "approved", "reserved", "prepared", "shipped", "delivered",
        "return_shipped", "return_received", "return_inspected", "closed",
    ]  # fmt: skip
    assert closed["actions"] == ["claim"]
    assert [event.step for event in await told(desk)] == [fact["step"] for fact in closed["timeline"]]


async def test_a_standard_exchange_and_a_repair_leave_only_after_receipt(desk: Any, number: str) -> None:
    await desk.exchange(number, type="standard_exchange")
    await desk.step(number, "reserve", serial_number=NEW)
    body = {"lines": [1], "carrier": "dpd", "shipped": True}
    early = await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)
    assert (early.status_code, early.json()["code"]) == (409, "ships_after_receipt")
    await desk.step(number, "receive")
    assert (await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)).status_code == 201


@pytest.mark.parametrize(
    ("type_", "cover", "return_state", "sends"),
    [
        ("advance_exchange", "in_progress", "expected", True),
        ("standard_exchange", "in_progress", "expected", True),
        ("no_return", "in_progress", "not_required", True),
        ("part_only", "unchanged", "not_required", True),
        ("repair", "unchanged", "expected", True),
        ("credit", "unchanged", "expected", False),
    ],
)
async def test_what_each_type_moves(
    desk: Any, number: str, type_: str, cover: str, return_state: str, sends: bool
) -> None:
    await desk.exchange(number, type=type_)
    line = await desk.line(number)
    assert (line["cover"], line["return_state"]) == (cover, return_state)
    replaces = cover == "in_progress"
    assert ("reserve" in line["actions"]) is replaces
    if replaces:
        await desk.step(number, "reserve", serial_number=NEW)
    answer = await desk.as_(SQP).post(f"/incidents/{number}/shipments", json={"lines": [1], "carrier": "gls"})
    assert answer.status_code == (201 if sends else 409), answer.text


async def test_part_only_and_repair_leave_the_cover_where_it_is(desk: Any, number: str) -> None:
    await desk.exchange(number, type="part_only")
    parcel = await desk.ship(number)
    await desk.news(parcel, "delivered")
    line = await desk.line(number)
    assert (line["cover"], line["replaced_on"], line["dispatch"]) == ("unchanged", None, "delivered")
    assert "close" in line["actions"]


@pytest.mark.parametrize("serial", ["Z9CBPM5M", "z9-cbpm5m"])
async def test_a_replacement_that_an_active_contract_covers_is_refused(desk: Any, number: str, serial: str) -> None:
    await desk.exchange(number)
    answer = await desk.try_step(number, "reserve", serial_number=serial)
    assert (answer.status_code, answer.json()["code"]) == (409, "replacement_is_covered")
    assert "29962" in answer.json()["title"]


async def test_a_replacement_that_another_contract_has_come_to_cover_does_not_leave(desk: Any, number: str) -> None:
    """It was free when it was reserved."""
    await desk.exchange(number)
    await desk.step(number, "reserve", serial_number="LIBRE")
    prepared = await desk.ship(number, shipped=False)
    sold = desk.NAS.model_copy(update={"serial_number": "LIBRE"})
    await desk.register(number="555", serial_number="LIBRE", articles=[sold])
    answer = await desk.news(prepared, "shipped")
    assert (answer.status_code, answer.json()["code"], "555" in answer.json()["title"]) == (
        409, "replacement_is_covered", True,
    )  # fmt: skip
    assert (await desk.line(number))["dispatch"] == "prepared"
    await desk.step(number, "reserve", serial_number="AUTRE")
    assert (await desk.news(prepared, "shipped")).status_code == 200


async def test_a_unit_of_an_ended_contract_may_replace_another(desk: Any, number: str) -> None:
    today = paris("2026-05-19 10:00").date()
    article = desk.NAS.model_copy(update={"serial_number": "OLD1"})
    await desk.register(number="1", articles=[article], warranty_ends_on=today - timedelta(days=1))
    await desk.exchange(number)
    await desk.step(number, "reserve", serial_number="OLD1")


async def test_a_replacement_that_another_open_line_has_is_refused(desk: Any, at: Any) -> None:
    at(paris("2026-05-19 10:00"))
    await desk.register()
    number = await desk.declare(serial_numbers=["Q207B17555", "Z9CBPM5M"])
    await desk.exchange(number)
    await desk.step(number, "reserve", serial_number=NEW)
    await desk.exchange(number, "Z9CBPM5M")
    answer = await desk.try_step(number, "reserve", 2, serial_number=NEW.lower())
    assert (answer.status_code, answer.json()["code"]) == (409, "replacement_is_taken")
    await desk.step(number, "cancel", 1, note="Erreur de saisie")
    await desk.step(number, "reserve", 2, serial_number=NEW)


async def test_a_unit_does_not_replace_itself(desk: Any, number: str) -> None:
    await desk.exchange(number)
    answer = await desk.try_step(number, "reserve", serial_number="q207 b17555")
    assert answer.json()["code"] == "replacement_is_faulty"


async def test_a_substitute_needs_a_reason_and_stays_beside_the_reference_that_is_covered(
    desk: Any, number: str
) -> None:
    await desk.exchange(number)
    answer = await desk.try_step(number, "reserve", serial_number=NEW, product_reference="TS-133")
    assert (answer.status_code, answer.json()["code"]) == (409, "substitute_needs_reason")
    line = await desk.step(
        number, "reserve", serial_number=NEW, product_reference="TS-133", condition="reconditioned", reason="Arrêté"
    )
    assert line["product_reference"] == "TS-131K"
    assert line["replacement"]["condition_label"] == "Reconditionné"


async def test_out_of_stock_tells_a_date_and_a_reservation_ends_it(desk: Any, number: str) -> None:
    await desk.exchange(number)
    line = await desk.step(number, "out_of_stock", expected_on="2026-06-01")
    assert line["stock_expected_on"] == "2026-06-01"
    assert line["timeline"][-1]["sentence"] == "Remplacement en rupture de stock, attendu le 01/06/2026."
    line = await desk.step(number, "reserve", serial_number=NEW)
    assert line["stock_expected_on"] is None


async def test_one_product_is_exchanged_once_at_a_time(desk: Any, number: str) -> None:
    await desk.exchange(number)
    answer = await desk.as_(SQP).post(f"/incidents/{number}/exchanges", json={"serial_number": "q207b17555"})
    assert (answer.status_code, answer.json()["code"]) == (409, "exchange_under_way")
    other = await desk.declare()
    again = await desk.as_(RESELLER).post(f"/incidents/{other}/exchanges", json={"serial_number": "Q207B17555"})
    assert number in again.json()["title"]


async def test_only_what_was_declared_is_exchanged_and_only_while_the_incident_is_open(desk: Any, number: str) -> None:
    answer = await desk.as_(SQP).post(f"/incidents/{number}/exchanges", json={"serial_number": "Z9CBPM5M"})
    assert (answer.status_code, answer.json()["code"]) == (409, "serial_not_declared")
    await desk.move(number, "resolved")
    late = await desk.as_(SQP).post(f"/incidents/{number}/exchanges", json={"serial_number": "Q207B17555"})
    assert (late.status_code, late.json()["code"]) == (409, "incident_not_open")


async def test_cancelling_is_free_before_a_parcel_and_a_recall_after(desk: Any, number: str) -> None:
    await desk.exchange(number)
    free = await desk.step(number, "cancel", note="Erreur")
    assert (free["decision"], free["cover"], free["timeline"][-1]["step"]) == ("cancelled", "unchanged", "cancelled")
    await desk.exchange(number)
    await desk.step(number, "reserve", 2, serial_number=NEW)
    parcel = await desk.ship(number, 2)
    recalled = await desk.step(number, "cancel", 2, note="Trop tard")
    assert (recalled["timeline"][-1]["step"], recalled["shipments"][0]["state"]) == ("recalled", "recalled")
    assert "receive_replacement" in recalled["actions"]
    await desk.news(parcel, "delivered")
    assert (await desk.line(number, 2))["cover"] == "unchanged"
    assert (await desk.step(number, "receive_replacement", 2))["actions"] == []


async def test_what_was_delivered_is_not_cancelled(desk: Any, number: str) -> None:
    await desk.exchange(number)
    await delivered(desk, number)
    answer = await desk.try_step(number, "cancel", note="Non")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late_to_cancel")


@pytest.mark.parametrize(("reason", "words"), [("fault_gone", "disparu"), ("not_covered", "pas couverte")])
async def test_a_reversal_brings_the_cover_back_and_the_replacement_home(
    desk: Any, number: str, reason: str, words: str
) -> None:
    await desk.exchange(number)
    await delivered(desk, number)
    line = await desk.step(number, "reverse", reason=reason)
    assert (line["cover"], line["return_state"]) == ("returned", "not_required")
    assert words in line["timeline"][-1]["sentence"]
    assert (await told(desk))[-1].cover == "returned"
    assert (await desk.try_step(number, "close")).json()["code"] == "exchange_not_done"
    await desk.step(number, "receive_replacement")
    assert (await desk.step(number, "close"))["decision"] == "closed"


async def test_a_page_knows_which_lines_a_parcel_may_be_prepared_for_and_what_follows_of_a_claim(
    desk: Any, number: str
) -> None:
    await desk.exchange(number)
    assert (await desk.line(number))["may_ship"] is False
    line = await desk.step(number, "reserve", serial_number=NEW)
    assert (line["may_ship"], line["claim_next"]) == (True, ["opened"])
    line = await desk.step(number, "claim", state="opened", maker_number="RMA-77")
    assert line["claim_next"] == ["sent", "accepted", "refused"]
    await delivered(desk, number)
    assert (await desk.line(number))["may_ship"] is False
    theirs = await desk.line(number, by=RESELLER)
    assert (theirs["may_ship"], theirs["claim_next"]) == (False, [])


async def test_what_was_asked_for_ends_with_its_incident(desk: Any, number: str) -> None:
    await desk.exchange(number, by=RESELLER)
    await desk.move(number, "rejected")
    line = await desk.line(number)
    assert (line["decision"], line["actions"]) == ("cancelled", [])
    await desk.move(number, "in_diagnosis")
    await desk.exchange(number, by=RESELLER)


async def test_nothing_is_approved_on_an_incident_that_is_resolved(desk: Any, number: str) -> None:
    await desk.exchange(number, by=RESELLER)
    await desk.move(number, "resolved")
    answer = await desk.try_step(number, "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "incident_not_open")


async def test_an_incident_with_an_exchange_under_way_is_not_cancelled(desk: Any, number: str) -> None:
    await desk.exchange(number)
    await desk.move(number, "pending", reason="stock")
    answer = await desk.try_move(number, "cancelled")
    assert (answer.status_code, answer.json()["code"]) == (409, "incident_has_exchange")
    await desk.step(number, "cancel", note="Finalement non")
    await desk.move(number, "cancelled")
