"""The way back: until when, how it is put off, what arrives, what settles it, reminders and the answers to them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP, back_office, person
from events.incidents import ExchangeChanged, ReturnReminded
from incidents.exchanges.terms import Terms
from web.auth.sealing import unseal
from web.clock import PARIS

NEW = "Q251I02233"
START = datetime(2026, 5, 19, 10, tzinfo=PARIS)
DUE = date(2026, 6, 3)


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An exchange in advance whose replacement was delivered on 19 May 2026: due on 3 June."""
    at(START)
    await desk.register()
    declared: str = await desk.declare()
    await desk.exchange(declared)
    await desk.step(declared, "reserve", serial_number=NEW)
    await desk.news(await desk.ship(declared), "delivered")
    return declared


async def remind(desk: Any, at: Any, day: date) -> None:
    at(datetime(day.year, day.month, day.day, 9, tzinfo=PARIS))
    await desk.harness.run_job("incidents.remind_of_returns")


async def reminded(desk: Any) -> list[ReturnReminded]:
    return list(await desk.harness.told(ReturnReminded))


async def settings(desk: Any, **wanted: Any) -> Any:
    revision = (await desk.as_(SQP).get("/exchange-settings")).headers["etag"]
    return await desk.as_(SQP, **{"If-Match": revision}).patch("/exchange-settings", json=wanted)


async def test_the_return_is_due_days_after_the_delivery_and_counts_down(desk: Any, number: str, at: Any) -> None:
    back = (await desk.line(number, by=CLIENT))["return"]
    assert (back["due_on"], back["days_left"], back["is_overdue"]) == ("2026-06-03", 15, False)
    assert back["consequence"] == "En cas de retard, SQP vous relance."
    at(datetime(2026, 6, 4, 0, 0, tzinfo=PARIS))
    late = (await desk.line(number, by=CLIENT))["return"]
    assert (late["label"], late["days_left"], late["is_overdue"]) == ("Retour en retard", -1, True)


@pytest.mark.parametrize(
    ("service_level", "expected"), [("Envoi express J+1", 15), ("RETOUR LENT", 30), ("retour lént", 30), ("", 15)]
)
def test_the_days_are_those_of_the_service_level(service_level: str, expected: int) -> None:
    terms = Terms(by_service_level={"Retour lent": 30})
    assert terms.due_on(date(2026, 5, 19), service_level) == date(2026, 5, 19) + timedelta(days=expected)


async def test_a_due_date_that_was_told_stays_when_sqp_changes_its_settings(desk: Any, number: str) -> None:
    assert (await settings(desk, return_days=5)).status_code == 204
    assert (await desk.line(number))["return"]["due_on"] == "2026-06-03"


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
    assert line["timeline"][-1]["sentence"] == "Retour reçu par SQP sous le n° de série AUTRE-1."
    line = await desk.step(number, "inspect", outcome="mismatch", note="Disque d’un autre fournisseur")
    assert line["return"]["outcome_label"] == "Autre matériel que celui attendu"


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
    assert (await desk.as_(CLIENT).post(f"/incidents/{number}/statements", json=body)).status_code == 204
    line = await desk.step(number, "send_label", carrier="colissimo", tracking_number="6A07648914126")
    assert line["return_state"] == "label_sent"
    found = (await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["statements"]
    assert found[0]["text_version"] == "2026-11"
    assert found[0]["lines"][:2] == ["Les données sont sauvegardées.", "Les disques sont conservés."]
    assert found[0]["lines"][-1] == "Accessoires joints : Bloc secteur."


async def test_sqp_sends_the_label_without_statement_if_it_says_why(desk: Any, number: str) -> None:
    line = await desk.step(number, "send_label", carrier="dpd", without_statement="Vu par téléphone avec le client")
    assert line["timeline"][-1]["note"] == "Vu par téléphone avec le client"


@pytest.mark.parametrize(("days_left", "threshold"), [(5, 5), (1, 1), (-1, -1), (-7, -7)])
async def test_reminders_are_sent_once_at_each_threshold(
    desk: Any, number: str, at: Any, days_left: int, threshold: int
) -> None:
    for _ in range(2):
        await remind(desk, at, DUE - timedelta(days=days_left))
    (told,) = await reminded(desk)
    assert (told.threshold, told.days_left, told.return_due_on) == (threshold, days_left, DUE)


@pytest.mark.parametrize("days_left", [6, 16])
async def test_nothing_is_reminded_of_before_its_time(desk: Any, number: str, at: Any, days_left: int) -> None:
    await remind(desk, at, DUE - timedelta(days=days_left))
    assert await reminded(desk) == []


async def test_of_reminders_that_were_missed_only_the_last_is_sent(desk: Any, number: str, at: Any) -> None:
    await remind(desk, at, DUE + timedelta(days=2))
    assert [told.threshold for told in await reminded(desk)] == [-1]


async def test_more_time_arms_the_reminders_again(desk: Any, number: str, at: Any) -> None:
    await remind(desk, at, DUE - timedelta(days=5))
    await desk.step(number, "more_time", by=CLIENT, reason="Congés")
    await remind(desk, at, DUE + timedelta(days=2))
    assert [(told.threshold, told.days_left) for told in await reminded(desk)] == [(5, 5), (5, 5)]


@pytest.mark.parametrize(
    ("step", "by", "more"),
    [("return_shipped", CLIENT, {}), ("receive", SQP, {}), ("settle", SQP, {"outcome": "retained"})],
)
async def test_what_is_on_its_way_or_over_is_not_reminded_of(
    desk: Any, number: str, at: Any, step: str, by: Any, more: dict[str, Any]
) -> None:
    await desk.step(number, step, by=by, **more)
    await remind(desk, at, DUE - timedelta(days=1))
    assert await reminded(desk) == []


async def token(desk: Any, at: Any, private_mail_key: str) -> str:
    await remind(desk, at, DUE - timedelta(days=5))
    return str(unseal(private_mail_key, (await reminded(desk))[-1].sealed_token)["token"])


async def test_a_reminder_is_answered_by_its_link_once_and_opening_it_changes_nothing(
    desk: Any, number: str, at: Any, private_mail_key: str
) -> None:
    link = await token(desk, at, private_mail_key)
    anybody = desk.as_(None)
    for _ in range(3):
        asked = await anybody.post("/return-answers/question", json={"token": link})
        assert asked.status_code == 200, asked.text
    assert asked.json()["serial_number"] == "Q207B17555"
    assert set(asked.json()["actions"]) == {"return_shipped", "return_lost", "more_time", "keep_disk"}
    answer = {"token": link, "answer": {"step": "return_shipped", "tracking_number": "6A07648914126"}}
    assert (await anybody.post("/return-answers", json=answer)).status_code == 204
    line = await desk.line(number)
    assert (line["return_state"], line["timeline"][-1]["by"]["name"]) == ("in_transit", "Réponse par e-mail")
    for path, body in (("/return-answers", answer), ("/return-answers/question", {"token": link})):
        again = await anybody.post(path, json=body)
        assert (again.status_code, again.json()["code"]) == (404, "link_not_good")


@pytest.mark.parametrize("step", ["receive", "close", "approve", "settle"])
async def test_a_link_takes_no_step_but_the_holders(
    desk: Any, number: str, at: Any, private_mail_key: str, step: str
) -> None:
    link = await token(desk, at, private_mail_key)
    answer = await desk.as_(None).post("/return-answers", json={"token": link, "answer": {"step": step}})
    assert answer.status_code == 422


async def test_an_answer_that_is_refused_leaves_the_link_good(
    desk: Any, number: str, at: Any, private_mail_key: str
) -> None:
    for reason in ("Congés", "Encore"):
        await desk.step(number, "more_time", by=CLIENT, reason=reason)
    await remind(desk, at, DUE + timedelta(days=10))
    link = str(unseal(private_mail_key, (await reminded(desk))[-1].sealed_token)["token"])
    anybody = desk.as_(None)
    refused = await anybody.post(
        "/return-answers", json={"token": link, "answer": {"step": "more_time", "reason": "x"}}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "no_more_time")
    kept = await anybody.post("/return-answers", json={"token": link, "answer": {"step": "return_shipped"}})
    assert kept.status_code == 204


async def test_a_link_ends_with_its_time(desk: Any, number: str, at: Any, private_mail_key: str) -> None:
    link = await token(desk, at, private_mail_key)
    at(START + timedelta(days=80))
    assert (await desk.as_(None).post("/return-answers/question", json={"token": link})).status_code == 404


async def test_what_overdue_means_is_told_before_declaring_and_holds_from_then_on(
    desk: Any, number: str, at: Any
) -> None:
    choices = {"contract": "29962"}
    assert (await desk.as_(RESELLER).get("/incidents/choices", params=choices)).json()["returns"] is None
    at(datetime(2026, 6, 10, 9, tzinfo=PARIS))
    await settings(desk, overdue="standard")
    told = (await desk.as_(RESELLER_BASIC).get("/incidents/choices", params=choices)).json()["returns"]
    assert (told["count"], told["sentence"][:21]) == (1, "Tant qu’ils manquent,")
    other = await desk.declare(serial_numbers=["Z9CBPM5M"])
    await desk.exchange(other, "Z9CBPM5M", by=RESELLER)
    refused = await desk.try_step(other, "approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "overdue_returns")
    assert (await desk.step(other, "approve", type="standard_exchange"))["type"] == "standard_exchange"
    assert (await desk.line(number))["decision"] == "approved"


@pytest.mark.parametrize("type_", ["standard_exchange", "part_only", "advance_exchange"])
async def test_exchanges_are_stopped_while_returns_are_overdue_unless_sqp_says_why(
    desk: Any, number: str, at: Any, type_: str
) -> None:
    at(datetime(2026, 6, 10, 9, tzinfo=PARIS))
    await settings(desk, overdue="refused")
    other = await desk.declare(serial_numbers=["Z9CBPM5M"])
    await desk.exchange(other, "Z9CBPM5M", by=RESELLER, type=type_)
    assert (await desk.try_step(other, "approve")).json()["code"] == "exchanges_stopped"
    line = await desk.step(other, "approve", despite_overdue="Panne de production")
    assert line["timeline"][-1]["note"] == "Panne de production"


async def test_settings_say_who_changed_them_and_are_sqps(desk: Any) -> None:
    read = (await desk.as_(SQP).get("/exchange-settings")).json()
    assert (read["revision"], read["return_days"], read["overdue"], read["changed_at"]) == (0, 15, "warn", None)
    levels = [{"service_level": "Envoi express J+1", "return_days": 10}]
    assert (await settings(desk, by_service_level=levels, overdue="refused")).status_code == 204
    read = (await desk.as_(SQP).get("/exchange-settings")).json()
    assert (read["revision"], read["by_service_level"], read["changed_by_name"]) == (1, levels, SQP.name)
    assert (await settings(desk, overdue="refused")).status_code == 204
    assert (await desk.as_(SQP).get("/exchange-settings")).json()["revision"] == 1
    stale = desk.as_(SQP, **{"If-Match": '"0"'})
    assert (await stale.patch("/exchange-settings", json={"return_days": 3})).status_code == 412
    for by, status in ((RESELLER, 403), (CLIENT, 403), (back_office("incidents:read"), 200)):
        assert (await desk.as_(by).get("/exchange-settings")).status_code == status
    basic = desk.as_(person("sqp", "SQP", "basic"), **{"If-Match": '"1"'})
    assert (await basic.patch("/exchange-settings", json={"return_days": 3})).status_code == 403


@pytest.mark.parametrize("wanted", [{"return_days": 0}, {"return_days": 91}, {"overdue": "jail"}, {"extra": 1}])
async def test_settings_out_of_bounds_are_refused(desk: Any, wanted: dict[str, Any]) -> None:
    assert (await settings(desk, **wanted)).status_code == 422
