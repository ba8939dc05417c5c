"""Who takes which step of an exchange, once, and what others read of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP, back_office
from events.incidents import ExchangeChanged, IncidentStatusChanged
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


@pytest.mark.parametrize("step", ["approve", "reject"])
async def test_a_decision_is_taken_once_and_the_second_agent_is_told(desk: Any, number: str, step: str) -> None:
    await desk.exchange(number, by=RESELLER)
    await desk.step(number, "approve")
    more = {"note": "Non"} if step == "reject" else {}
    answer = await desk.try_step(number, step, **more)
    assert (answer.status_code, answer.json()["code"]) == (409, "decided_already")
    assert "accordé" in answer.json()["title"]


async def test_a_page_that_is_out_of_date_is_refused_before_anything_changes(desk: Any, number: str) -> None:
    await desk.exchange(number)
    url = f"/incidents/{number}/exchanges/1/steps"
    body = {"step": "reserve", "serial_number": NEW}
    assert (await desk.as_(SQP).post(url, json=body)).status_code == 428
    assert (await desk.as_(SQP, **{"If-Match": '"1"'}).post(url, json=body)).status_code == 412
    assert (await desk.line(number))["replacement"] is None


async def test_the_back_office_repeats_every_fact_without_harm(desk: Any, number: str) -> None:
    url = f"/incidents/{number}/exchanges/1/steps"
    await desk.exchange(number, by=RESELLER)
    steps: list[dict[str, Any]] = [
        {"step": "approve"},
        {"step": "reserve", "serial_number": NEW},
        {"step": "receive", "serial_number": "Q207B17555"},
        {"step": "inspect", "outcome": "as_expected"},
    ]
    for body in steps:
        versions = set()
        for _ in range(3):
            answer = await desk.as_(OFFICE).post(url, json=body)
            assert answer.status_code == 200, answer.text
            versions.add(answer.json()["version"])
        assert len(versions) == 1
    (event,) = [each for each in await told(desk) if each.step == "approved"]
    assert (event.actor.organisation_kind, event.actor.name) == ("sqp", "SQP")
    moved = [each for each in await desk.harness.told(IncidentStatusChanged) if each.status == "exchange"]
    assert len(moved) == 1


async def test_the_same_unit_told_otherwise_is_a_correction_and_no_repetition(desk: Any, number: str) -> None:
    url = f"/incidents/{number}/exchanges/1/steps"
    await desk.exchange(number)
    office = desk.as_(OFFICE)
    for more in ({}, {"condition": "reconditioned"}, {"product_reference": "TS-464", "reason": "Rupture"}):
        answer = await office.post(url, json={"step": "reserve", "serial_number": NEW, **more})
        assert answer.status_code == 200, answer.text
    replacement = (await desk.line(number))["replacement"]
    assert (replacement["product_reference"], replacement["condition"]) == ("TS-464", "new")


@pytest.mark.parametrize("by", [RESELLER, CLIENT])
@pytest.mark.parametrize(
    "body",
    [
        {"step": "approve"},
        {"step": "reserve", "serial_number": NEW},
        {"step": "receive"},
        {"step": "settle", "outcome": "waived", "note": "x"},
        {"step": "close"},
        {"step": "claim", "state": "opened", "maker_number": "R1"},
    ],
    ids=lambda body: body["step"],
)
async def test_what_sqp_decides_is_not_for_others(desk: Any, number: str, by: Any, body: Any) -> None:
    await desk.exchange(number, by=RESELLER)
    answer = await desk.try_step(number, body["step"], by=by, **{k: v for k, v in body.items() if k != "step"})
    assert (answer.status_code, answer.json()["code"]) == (403, "step_not_yours")


async def test_another_reseller_finds_nothing(desk: Any, number: str) -> None:
    await desk.exchange(number)
    other = desk.as_(OTHER_RESELLER, **{"If-Match": '"2"'})
    assert (await other.get(f"/incidents/{number}/exchanges")).status_code == 404
    step = {"step": "return_lost", "note": "x"}
    assert (await other.post(f"/incidents/{number}/exchanges/1/steps", json=step)).status_code == 404
    assert (await other.get("/exchanges")).json()["total"] == 0


async def test_the_claim_to_the_maker_is_read_by_sqp_alone(desk: Any, number: str) -> None:
    await desk.exchange(number)
    version = (await desk.line(number, by=RESELLER))["version"]
    line = await desk.step(number, "claim", state="opened", maker_number="RMA-77", due_on="2026-06-30", note="secret")
    assert line["claim"]["label"] == "Dossier ouvert"
    before = len(await told(desk))
    for state in ("sent", "accepted", "settled"):
        line = await desk.step(number, "claim", state=state)
    assert line["timeline"][-1]["step"] == "claim_settled"
    assert len(await told(desk)) == before
    for reader in (RESELLER, CLIENT):
        theirs = await desk.line(number, by=reader)
        assert (theirs["claim"], theirs["version"]) == (None, version)
        assert [fact["step"] for fact in theirs["timeline"]] == ["requested", "approved"]


@pytest.mark.parametrize(("by", "names_it"), [(OTHER_RESELLER, False), (SQP, True)], ids=["reseller", "SQP"])
async def test_an_exchange_elsewhere_is_named_to_those_who_see_it(
    desk: Any, number: str, by: Any, names_it: bool
) -> None:
    """The unit has been sold again: its new reseller is told that it is being exchanged, not in which incident."""
    await desk.exchange(number, by=RESELLER)
    await desk.register(number="77001", reseller=desk.party("reseller", "REV-0002", "Autre revendeur"))
    elsewhere = await desk.declare(by=OTHER_RESELLER, contract_number="77001")
    body = {"serial_number": "q207b 17555"}
    answer = await desk.as_(by).post(f"/incidents/{elsewhere}/exchanges", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "exchange_under_way")
    assert (number in answer.text) is names_it


PAST = "expected_in_the_past"


@pytest.mark.parametrize(("day", "code"), [("2020-01-01", PAST), ("2026-05-18", PAST), ("2026-05-19", None)])
async def test_a_replacement_is_expected_today_or_later(desk: Any, number: str, day: str, code: str | None) -> None:
    await desk.exchange(number)
    answer = await desk.try_step(number, "out_of_stock", expected_on=day)
    assert answer.json().get("code") == code


@pytest.mark.parametrize("scan", ["q207-b17555", NEW.lower(), "XY 1234 56785 FR", "26051901"])
async def test_a_line_is_found_by_any_number_on_a_label_and_by_no_stranger(desk: Any, number: str, scan: str) -> None:
    await desk.exchange(number)
    await desk.step(number, "reserve", serial_number=NEW)
    await desk.ship(number)
    assert number == "26051901"
    for by, lines in ((SQP, 1), (RESELLER, 1), (CLIENT, 1), (OTHER_RESELLER, 0)):
        found = (await desk.as_(by).get("/exchanges", params={"scan": scan, "stage": "shipped"})).json()
        assert (len(found["items"]), found["total"], found["counts"]["shipped"]) == (lines, lines, lines)
    assert (await desk.as_(SQP).get("/exchanges", params={"scan": "AUTRE"})).json()["total"] == 0
