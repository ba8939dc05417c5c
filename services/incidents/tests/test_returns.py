"""The way back: until when, how it is put off, what arrives, what settles it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from events.incidents import ExchangeChanged
from incidents.exchanges.terms import Terms
from web.clock import PARIS

START = datetime(2026, 5, 19, 10, tzinfo=PARIS)


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An exchange in advance whose replacement was delivered on 19 May 2026: due on 3 June."""
    at(START)
    declared: str = await desk.replaced()
    return declared


async def test_the_return_is_due_days_after_the_delivery_and_counts_down(desk: Any, number: str, at: Any) -> None:
    back = (await desk.line(number, by=CLIENT))["return"]
    assert (back["due_on"], back["days_left"], back["is_overdue"]) == ("2026-06-03", 15, False)
    assert back["consequence"] == "En cas de retard, SQP envoie des relances."
    at(datetime(2026, 6, 4, 0, 0, tzinfo=PARIS))
    late = (await desk.line(number, by=CLIENT))["return"]
    assert (late["label"], late["days_left"], late["is_overdue"]) == ("Retour en retard", -1, True)


@pytest.mark.parametrize(
    ("service_level", "expected"), [("Envoi express J+1", 15), ("RETOUR LENT", 30), ("retour lént", 30), ("", 15)]
)
def test_the_days_are_those_of_the_service_level(service_level: str, expected: int) -> None:
    terms = Terms(by_service_level={"Retour lent": 30})
    assert terms.due_on(date(2026, 5, 19), service_level) == date(2026, 5, 19) + timedelta(days=expected)


async def test_what_is_on_its_way_or_got_lost_there_is_not_overdue(desk: Any, number: str, at: Any) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number="6A07648914126")
    at(datetime(2026, 6, 20, 9, tzinfo=PARIS))
    back = (await desk.line(number))["return"]
    assert (back["label"], back["is_overdue"], back["days_left"]) == ("Retour en route", False, None)
    found = (await desk.as_(SQP).get("/exchanges")).json()["counts"]
    assert (found["awaited"], found["overdue"]) == (1, 0)
    assert (await desk.as_(RESELLER).get("/incidents/choices", params={"contract": "29962"})).json()["returns"] is None
    back = (await desk.step(number, "return_lost", by=CLIENT, note="Perdu"))["return"]
    assert (back["label"], back["is_overdue"], back["days_left"]) == ("Retour perdu", False, None)
    found = (await desk.as_(SQP).get("/exchanges")).json()["counts"]
    assert (found["to_decide"], found["overdue"]) == (1, 0)
    assert {each["action"] for each in (await desk.as_(SQP).get("/desk")).json()["items"]} == {"decide"}


async def test_a_label_for_what_got_lost_gives_the_days_of_an_extension(desk: Any, number: str, at: Any) -> None:
    await desk.step(number, "return_lost", by=CLIENT, note="Perdu")
    at(datetime(2026, 6, 20, 9, tzinfo=PARIS))
    line = await desk.step(number, "send_label", without_statement="Par téléphone")
    assert (line["return"]["due_on"], line["stage"]) == ("2026-06-27", "awaited")


async def test_more_time_is_given_twice(desk: Any, number: str, at: Any) -> None:
    line = await desk.step(number, "more_time", by=CLIENT, reason="Congés")
    assert (line["return"]["due_on"], line["return"]["extensions_left"]) == ("2026-06-10", 1)
    at(datetime(2026, 6, 20, 9, tzinfo=PARIS))
    line = await desk.step(number, "more_time", by=RESELLER, reason="Client absent")
    assert line["return"]["due_on"] == "2026-06-27"
    refused = await desk.try_step(number, "more_time", by=RESELLER, reason="Encore")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_more_time")


async def test_another_serial_than_the_expected_one_is_kept_beside_it(desk: Any, number: str) -> None:
    line = await desk.step(number, "receive", serial_number="AUTRE-1")
    assert line["return"]["received_serial_number"] == "AUTRE-1"
    assert line["serial_number"] == "Q207B17555"
    assert line["timeline"][-1]["sentence"] == "Retour reçu par SQP sous le n°\u00a0de série AUTRE-1."
    line = await desk.step(number, "inspect", outcome="mismatch", note="Disque d’un autre fournisseur")
    assert line["return"]["outcome_label"] == "Autre matériel que celui attendu"


async def test_after_another_product_the_right_one_may_still_come(desk: Any, number: str) -> None:
    await desk.step(number, "receive", serial_number="ZZZ999")
    await desk.step(number, "inspect", outcome="mismatch", note="Disque d’un autre fournisseur")
    again = await desk.step(number, "receive", serial_number="Q207B17555")
    back = again["return"]
    assert (back["state"], back["outcome"], back["received_serial_number"]) == ("received", None, "Q207B17555")
    assert again["stage"] == "to_inspect"
    line = await desk.step(number, "inspect", outcome="as_expected")
    assert (line["return"]["outcome"], line["stage"]) == ("as_expected", "to_close")
    assert [each["step"] for each in line["timeline"]].count("return_inspected") == 2
    refused = await desk.try_step(number, "receive")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_awaited")


async def test_another_unit_than_the_expected_one_is_judged(desk: Any, number: str) -> None:
    """Never passed over: it is another product, or the note says why it is the right one."""
    await desk.step(number, "receive", serial_number="autre-1")
    refused = await desk.try_step(number, "inspect", outcome="as_expected")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        409,
        "other_unit_received",
        "note",
    )
    line = await desk.step(number, "inspect", outcome="as_expected", note="Étiquette recollée par le constructeur")
    assert (line["return"]["outcome"], line["return"]["received_serial_number"]) == ("as_expected", "AUTRE-1")


async def test_an_inspection_is_not_done_again(desk: Any, number: str) -> None:
    await desk.step(number, "receive", serial_number="Q207B17555")
    await desk.step(number, "inspect", outcome="as_expected")
    again = await desk.try_step(number, "inspect", outcome="mismatch")
    assert (again.status_code, again.json()["code"]) == (409, "inspected_already")
    assert again.json()["title"] == "Ce retour est déjà contrôlé (conforme)\u00a0: un contrôle ne se refait pas."


async def test_what_the_back_office_repeats_with_another_content_is_told(desk: Any, number: str) -> None:
    path, office = f"/incidents/{number}/exchanges/1/steps", desk.as_(back_office("exchanges:write", "incidents:read"))
    received = {"step": "receive", "serial_number": "Q207B17555"}
    for _ in range(2):
        assert (await office.post(path, json=received)).status_code == 200
    assert (await office.post(path, json={**received, "serial_number": "AUTRE"})).status_code == 409


async def test_the_certificate_of_a_kept_disk_may_come_after_the_return_was_settled(desk: Any, number: str) -> None:
    settled = await desk.step(number, "settle", outcome="retained")
    assert "keep_disk" in settled["actions"]
    certificate = await desk.attached(number, "declaration")
    line = await desk.step(number, "keep_disk", by=CLIENT, certificate_file_id=str(certificate))
    assert (line["return_state"], line["return"]["certificate_file_id"]) == ("settled", str(certificate))
    assert "keep_disk" not in line["actions"]


async def test_what_was_found_in_a_returned_product_is_sqps_alone(desk: Any, number: str) -> None:
    assert (await desk.try_step(number, "receive", media_found=True)).status_code == 422
    line = await desk.step(number, "receive", media_found=True, note="Deux disques, armoire 4")
    assert [fact["step"] for fact in line["timeline"]][-2:] == ["return_received", "quarantined"]
    theirs = await desk.line(number, by=RESELLER)
    assert theirs["timeline"][-1]["step"] == "return_received"
    assert "armoire" not in str(theirs)
    told = [event for event in await desk.harness.told(ExchangeChanged) if isinstance(event, ExchangeChanged)]
    assert all("armoire" not in event.note for event in told)


async def test_an_incomplete_return_names_what_is_missing(desk: Any, number: str) -> None:
    await desk.step(number, "receive")
    assert (await desk.try_step(number, "inspect", outcome="partial")).status_code == 422
    line = await desk.step(number, "inspect", outcome="partial", missing=["Bloc secteur", "Clés"])
    assert line["return"]["missing"] == ["Bloc secteur", "Clés"]


@pytest.mark.parametrize(
    ("outcome", "more"),
    [("retained", {}), ("waived", {"note": "Coût du transport"}), ("invoiced", {"reference": "F-2026-12"})],
)
async def test_a_return_is_settled_without_anything_received(
    desk: Any, number: str, outcome: str, more: dict[str, Any]
) -> None:
    line = await desk.step(number, "settle", outcome=outcome, **more)
    assert (line["return_state"], line["return"]["days_left"]) == ("settled", None)
    assert "close" in line["actions"]


@pytest.mark.parametrize("outcome", ["waived", "invoiced"])
async def test_what_settles_a_return_is_said(desk: Any, number: str, outcome: str) -> None:
    assert (await desk.try_step(number, "settle", outcome=outcome)).status_code == 422


async def test_a_kept_disk_has_its_certificate_among_the_files_of_the_declaration(desk: Any, number: str) -> None:
    certificate = await desk.attached(number, "declaration")
    for wrong in (uuid4(), await desk.attached(number, "sqp")):
        refused = await desk.try_step(number, "keep_disk", by=RESELLER, certificate_file_id=str(wrong))
        assert (refused.status_code, refused.json()["code"]) == (409, "unknown_certificate")
    await desk.step(number, "keep_disk", by=RESELLER, certificate_file_id=str(certificate))
    line = await desk.step(number, "settle", outcome="retained")
    assert line["return"]["certificate_file_id"] == str(certificate)


async def test_a_return_of_what_was_never_to_come_back_is_refused_in_words(desk: Any, number: str) -> None:
    await desk.step(number, "receive")
    await desk.step(number, "inspect", outcome="as_expected")
    for step, more in (("return_shipped", {}), ("receive", {}), ("return_lost", {"note": "x"})):
        answer = await desk.try_step(number, step, **more)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_awaited")
        assert "retour contrôlé" in answer.json()["title"]


async def test_a_parcel_that_was_lost_on_the_way_back_may_still_arrive(desk: Any, number: str) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number="6A07648914126")
    line = await desk.step(number, "return_lost", by=CLIENT, note="Perdu par le transporteur")
    assert line["return_state"] == "lost"
    assert (await desk.step(number, "receive", serial_number="Q207B17555"))["return_state"] == "received"


async def test_the_same_parcel_reported_twice_is_one(desk: Any, number: str) -> None:
    await desk.step(number, "return_shipped", by=CLIENT, tracking_number="6a 0764 8914126")
    line = await desk.step(number, "return_shipped", by=RESELLER, tracking_number="6A07648914126")
    assert len([parcel for parcel in line["shipments"] if parcel["direction"] == "return"]) == 1
    assert [fact["step"] for fact in line["timeline"]].count("return_shipped") == 1


async def test_the_label_asks_for_a_statement_about_the_data_or_for_a_reason(desk: Any, number: str) -> None:
    refused = await desk.try_step(number, "send_label", carrier="colissimo")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_stated")
    stated = {"backup": "done", "disks": "kept", "order_noted": True, "erased": "yes", "encrypted": "unknown"}
    body = {**stated, "accessories": "Bloc secteur"}
    assert (await desk.as_(CLIENT).get(f"/incidents/{number}/exchanges")).json()["may_state"]
    assert (await desk.as_(CLIENT).post(f"/incidents/{number}/statements", json=body)).status_code == 204
    line = await desk.step(number, "send_label", carrier="colissimo", tracking_number="6A07648914126")
    assert line["return_state"] == "label_sent"
    found = (await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["statements"]
    assert found[0]["text_version"] == "2026-11"
    assert found[0]["lines"][:2] == ["Les données sont sauvegardées.", "Les disques sont conservés."]
    assert found[0]["lines"][-1] == "Accessoires joints\u00a0: Bloc secteur."


async def test_sqp_sends_the_label_without_statement_if_it_says_why(desk: Any, number: str) -> None:
    line = await desk.step(number, "send_label", carrier="dpd", without_statement="Vu par téléphone avec le client")
    said = [(each["step"], each["note"]) for each in line["timeline"]]
    assert ("statement_passed_over", "Vu par téléphone avec le client") in said
    assert "téléphone" not in (await desk.as_(CLIENT).get(f"/incidents/{number}/exchanges")).text
    assert {each.note for each in await desk.harness.told(ExchangeChanged)} == {""}


async def test_nothing_is_asked_about_the_data_once_no_exchange_is_going_on(desk: Any, number: str) -> None:
    await desk.step(number, "receive", serial_number="Q207B17555")
    await desk.step(number, "inspect", outcome="as_expected")
    await desk.step(number, "close")
    assert not (await desk.as_(CLIENT).get(f"/incidents/{number}/exchanges")).json()["may_state"]


async def test_the_same_statement_twice_in_a_row_is_kept_once(desk: Any, number: str) -> None:
    stated = {"backup": "done", "disks": "kept", "erased": "yes", "encrypted": "unknown"}
    other = {**stated, "backup": "impossible"}
    for by, body in ((CLIENT, stated), (CLIENT, stated), (RESELLER, stated), (RESELLER, other), (RESELLER, stated)):
        assert (await desk.as_(by).post(f"/incidents/{number}/statements", json=body)).status_code == 204
    found = (await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["statements"]
    assert [each["by"]["organisation_kind"] for each in found] == ["reseller", "reseller", "reseller", "client"]


async def test_a_standard_exchange_whose_return_is_settled_may_leave(desk: Any, number: str) -> None:
    number = await desk.declare(serial_numbers=["Z9CBPM5M"])
    await desk.exchange(number, "Z9CBPM5M", type="standard_exchange")
    await desk.step(number, "reserve", serial_number="N9")
    assert (await desk.line(number))["stage"] == "awaited"
    line = await desk.step(number, "settle", outcome="retained", note="Disque détruit")
    assert line["stage"] == "to_ship"
    await desk.news(await desk.ship(number, tracking_number=""), "delivered")
    assert (await desk.line(number))["stage"] == "to_close"
