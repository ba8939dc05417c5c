"""The way back of a replacement whose exchange was reversed, or cancelled once it had left."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from services.incidents.tests.parcels import leaves

from devkit.harness import CLIENT, RESELLER, SQP, back_office
from events.incidents import ExchangeChanged, ReturnReminded
from web.auth.sealing import unseal
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


@pytest.fixture
async def number(desk: Any, sent: str) -> str:
    """An exchange that SQP took back on the day on which its replacement was delivered: due on 3 June."""
    await desk.news(sent, "delivered")
    await desk.step(desk.number, "reverse", reason="fault_gone")
    known: str = desk.number
    return known


async def remind(desk: Any, at: Any, day: date) -> list[ReturnReminded]:
    at(on(day))
    await desk.harness.run_job("incidents.remind_of_returns")
    return list(await desk.harness.told(ReturnReminded))


def parcel_of(line: dict[str, Any]) -> dict[str, Any]:
    [parcel] = [each for each in line["shipments"] if each["direction"] == "replacement_return"]
    return dict(parcel)


async def stages(desk: Any, who: Any = SQP) -> dict[str, int]:
    counts = (await desk.as_(who).get("/exchanges")).json()["counts"]
    return {stage: count for stage, count in counts.items() if count}


@pytest.mark.parametrize("who", [RESELLER, CLIENT])
async def test_a_replacement_is_due_days_after_the_reversal_and_its_holder_may_answer(
    desk: Any, number: str, at: Any, who: Any
) -> None:
    at(on(DUE - timedelta(days=5)))
    line = await desk.line(number, by=who)
    back = line["replacement_return"]
    assert (back["label"], back["due_on"], back["days_left"]) == ("Remplacement à renvoyer", "2026-06-03", 5)
    assert (back["is_awaited"], back["extensions_left"]) == (True, 2)
    assert back["consequence"] == "En cas de retard, SQP envoie des relances."
    assert (line["due_on"], line["return"]["is_awaited"], line["actions"]) == ("2026-06-03", False, HOLDERS_STEPS)
    told = [event for event in await desk.harness.told(ExchangeChanged) if event.step == "reversed"]
    assert [(event.replacement_return, event.replacement_due_on) for event in told] == [("expected", DUE)]


async def test_a_replacement_that_is_late_counts_where_late_returns_count(desk: Any, number: str, at: Any) -> None:
    assert await stages(desk) == {"awaited": 1}
    at(on(DUE + timedelta(days=1)))
    assert await stages(desk) == {"overdue": 1}
    [row] = (await desk.as_(RESELLER).get("/exchanges", params={"stage": "overdue"})).json()["items"]
    assert (row["replacement_return_label"], row["is_overdue"]) == ("Remplacement en retard", True)
    declaring = (await desk.as_(RESELLER).get("/incidents/choices", params={"contract": "29962"})).json()
    assert declaring["returns"]["count"] == 1
    assert {each["action"] for each in (await desk.as_(SQP).get("/desk")).json()["items"]} == {"chase_return"}


@pytest.fixture
async def strict(desk: Any) -> None:
    """Exchanges that are approved from now on are told that being late stops the next ones."""
    http = desk.as_(SQP, **{"If-Match": '"0"'})
    assert (await http.patch("/exchange-settings", json={"overdue": "refused"})).status_code == 204


async def test_a_late_replacement_is_held_against_the_next_exchange_as_its_own_approval_told(
    strict: None, desk: Any, number: str, at: Any
) -> None:
    at(on(DUE + timedelta(days=1)))
    other = await desk.declare(serial_numbers=["Z9CBPM5M"])
    body = {"serial_number": "Z9CBPM5M", "approve": True}
    refused = await desk.as_(SQP).post(f"/incidents/{other}/exchanges", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "exchanges_stopped")


async def test_a_replacement_on_its_way_is_not_late_and_its_parcel_is_kept(desk: Any, number: str, at: Any) -> None:
    line = await desk.step(number, "return_shipped", by=CLIENT, carrier="colissimo", tracking_number="6A07648914126")
    assert (parcel_of(line)["state"], line["replacement_return_state"]) == ("shipped", "in_transit")
    assert line["timeline"][-1]["sentence"].startswith("Remplacement renvoyé à SQP (La Poste - Colissimo")
    at(on(DUE + timedelta(days=9)))
    assert await stages(desk) == {"awaited": 1}
    line = await desk.step(number, "receive_replacement", serial_number=NEW)
    assert (parcel_of(line)["state"], line["stage"]) == ("delivered", "to_close")
    assert line["timeline"][-1]["sentence"] == "Remplacement revenu chez SQP."


async def test_a_parcel_that_sqp_announced_is_the_one_that_its_holder_sends(desk: Any, number: str) -> None:
    body = {"lines": [1], "direction": "replacement_return", "carrier": "dpd"}
    assert (await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)).status_code == 201
    line = await desk.step(number, "return_shipped", by=CLIENT)
    assert parcel_of(line)["carrier"] == "dpd"


async def test_the_carriers_word_on_a_replacement_moves_its_way_back(desk: Any, number: str) -> None:
    line = await desk.step(number, "return_shipped", by=CLIENT, carrier="colissimo", tracking_number="6A07648914126")
    await desk.news(parcel_of(line)["id"], "lost")
    assert (await desk.line(number))["replacement_return_state"] == "lost"
    await desk.news(parcel_of(line)["id"], "delivered")
    assert (await desk.line(number))["replacement_return_state"] == "in_transit"


async def test_more_time_for_a_replacement_is_given_twice(desk: Any, number: str) -> None:
    for expected in ("2026-06-10", "2026-06-17"):
        line = await desk.step(number, "more_time", by=CLIENT, reason="Congés")
        assert line["replacement_return"]["due_on"] == expected
    refused = await desk.try_step(number, "more_time", by=RESELLER, reason="Encore")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_more_time")
    assert "more_time" not in (await desk.line(number, by=RESELLER))["actions"]


async def test_a_lost_replacement_waits_until_sqp_settles_it(desk: Any, number: str) -> None:
    line = await desk.step(number, "return_lost", by=CLIENT, note="Perdu par le transporteur")
    assert (line["replacement_return"]["label"], line["stage"]) == ("Remplacement perdu au retour", "to_decide")
    again = await desk.try_step(number, "return_lost", by=CLIENT, note="Encore")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_awaited")
    line = await desk.step(number, "settle", outcome="invoiced", reference="F-2026-12")
    assert (line["replacement_return"]["outcome_label"], line["stage"]) == ("Facturé", "to_close")
    assert line["return"]["outcome"] is None
    assert (await desk.step(number, "close"))["stage"] == "done"


async def test_an_exchange_is_not_closed_while_its_replacement_is_awaited(desk: Any, number: str) -> None:
    await desk.step(number, "return_shipped", by=CLIENT)
    refused = await desk.try_step(number, "close")
    assert (refused.status_code, refused.json()["code"]) == (409, "exchange_not_done")
    assert "remplacement en route vers sqp" in refused.json()["title"]


async def test_the_back_office_may_repeat_what_it_says_of_a_replacement(desk: Any, number: str) -> None:
    http = desk.as_(OFFICE)
    for body in (
        {"step": "return_lost", "note": "Perdu"},
        {"step": "settle", "outcome": "waived", "note": "Perdu"},
        {"step": "receive_replacement"},
    ):
        versions = set()
        for _ in range(2):
            answer = await http.post(f"/incidents/{number}/exchanges/1/steps", json=body)
            assert answer.status_code == 200, answer.text
            versions.add(answer.json()["version"])
        assert len(versions) == 1, body


async def test_another_unit_than_the_replacement_is_judged_on_arrival(desk: Any, number: str) -> None:
    refused = await desk.try_step(number, "receive_replacement", serial_number=FAULTY)
    assert (refused.status_code, refused.json()["code"]) == (409, "other_replacement_received")
    assert (await desk.line(number))["replacement_return"]["state"] == "expected"
    line = await desk.step(number, "receive_replacement", serial_number=FAULTY, note="Le client garde l’autre.")
    assert line["timeline"][-1]["sentence"] == f"Remplacement revenu chez SQP sous le n°\u00a0de série {FAULTY}."


async def test_a_box_that_was_called_back_is_due_once_it_was_delivered_all_the_same(
    desk: Any, sent: str, at: Any
) -> None:
    line = await desk.step(desk.number, "cancel", note="Trop tard")
    back = line["replacement_return"]
    assert (back["is_awaited"], back["due_on"], line["stage"]) == (True, None, "awaited")
    assert (await desk.line(desk.number, by=CLIENT))["actions"] == ["return_shipped", "return_lost"]
    assert (await desk.try_step(desk.number, "more_time", by=CLIENT, reason="x")).json()["code"] == "not_due_yet"
    at(START + timedelta(days=2))
    await desk.news(sent, "delivered")
    line = await desk.line(desk.number, by=CLIENT)
    assert (line["due_on"], line["actions"]) == ("2026-06-05", HOLDERS_STEPS)
    at(on(date(2026, 6, 6)))
    assert await stages(desk) == {"overdue": 1}
    await desk.step(desk.number, "receive_replacement")
    assert await stages(desk) == {"done": 1}


async def test_a_reversed_box_on_its_way_is_due_from_its_delivery(desk: Any, sent: str, at: Any) -> None:
    await desk.step(desk.number, "reverse", reason="not_covered")
    assert (await desk.line(desk.number))["due_on"] is None
    at(START + timedelta(days=1))
    await desk.news(sent, "delivered")
    assert (await desk.line(desk.number))["due_on"] == "2026-06-04"


@pytest.mark.parametrize(("days_left", "threshold"), [(5, 5), (1, 1), (-1, -1), (-7, -7)])
async def test_a_replacement_is_reminded_of_once_at_each_threshold(
    desk: Any, number: str, at: Any, days_left: int, threshold: int
) -> None:
    for _ in range(2):
        told = await remind(desk, at, DUE - timedelta(days=days_left))
    [one] = told
    assert (one.threshold, one.serial_number, one.of_replacement, one.return_due_on) == (threshold, NEW, True, DUE)


async def test_a_reminder_of_the_faulty_unit_is_none_of_the_replacement_that_is_due_on_the_same_day(
    desk: Any, sent: str, at: Any
) -> None:
    http = desk.as_(SQP, **{"If-Match": '"0"'})
    await http.patch("/exchange-settings", json={"return_days": 5})
    await desk.news(sent, "delivered")
    day = START.date()
    await remind(desk, at, day)
    await desk.step(desk.number, "reverse", reason="fault_gone")
    told = await remind(desk, at, day)
    assert [(each.serial_number, each.of_replacement) for each in told] == [(FAULTY, False), (NEW, True)]


@pytest.mark.parametrize(
    ("answer", "state", "due_on"),
    [
        ({"step": "return_shipped", "tracking_number": "6A07648914126"}, "in_transit", "2026-06-03"),
        ({"step": "more_time", "reason": "Congés"}, "expected", "2026-06-10"),
        ({"step": "return_lost", "note": "Introuvable"}, "lost", "2026-06-03"),
    ],
    ids=lambda each: each["step"] if isinstance(each, dict) else "",
)
async def test_a_reminder_of_a_replacement_is_answered_by_its_link(
    desk: Any, number: str, at: Any, private_mail_key: str, answer: dict[str, str], state: str, due_on: str
) -> None:
    told = await remind(desk, at, DUE - timedelta(days=5))
    token = str(unseal(private_mail_key, told[-1].sealed_token)["token"])
    asked = (await desk.as_(None).post("/return-answers/question", json={"token": token})).json()
    assert (asked["of_replacement"], asked["serial_number"], asked["actions"]) == (True, NEW, HOLDERS_STEPS)
    said = await desk.as_(None).post("/return-answers", json={"token": token, "answer": answer})
    assert said.status_code == 204, said.text
    line = await desk.line(number)
    assert (line["replacement_return_state"], line["due_on"]) == (state, due_on)


async def test_what_arrived_at_sqp_before_the_reversal_is_inspected_while_the_replacement_is_awaited(
    desk: Any, sent: str
) -> None:
    await desk.news(sent, "delivered")
    await desk.step(desk.number, "receive", serial_number=FAULTY)
    line = await desk.step(desk.number, "reverse", reason="not_covered")
    assert (line["stage"], line["replacement_return_state"]) == ("to_inspect", "expected")
    line = await desk.step(desk.number, "inspect", outcome="no_fault_found")
    assert (line["stage"], line["return"]["outcome"]) == ("awaited", "no_fault_found")


async def test_a_replacement_that_is_awaited_back_is_nobody_elses_until_it_is_there(desk: Any, sent: str) -> None:
    other = await desk.declare(serial_numbers=["Z9CBPM5M"], title="Disque")
    await desk.exchange(other, "Z9CBPM5M")
    await desk.step(desk.number, "cancel", note="Erreur")
    await desk.news(sent, "delivered")
    refused = await desk.try_step(other, "reserve", serial_number=NEW)
    assert (refused.status_code, refused.json()["code"]) == (409, "replacement_is_taken")
    await desk.step(desk.number, "receive_replacement", serial_number=NEW)
    await desk.step(other, "reserve", serial_number=NEW)
