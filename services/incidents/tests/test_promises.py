"""What an incident is promised: shown before, fixed on declaration, paused, kept or missed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP, Harness
from events.incidents import IncidentDeclared, PromiseMissed
from web.clock import PARIS


def paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PARIS)


@pytest.fixture
async def shop(desk: Any, at: Any) -> Any:
    """A desk on Tuesday 19 May 2026 at ten, with a contract that promises J+1."""
    at(paris("2026-05-19 10:00"))
    await desk.register()
    return desk


async def promise(desk: Any, number: str) -> Any:
    return (await desk.incident(number))["promise"]


async def offer(desk: Any, contract: str = "29962") -> Any:
    answer = await desk.as_(RESELLER).get("/incidents/choices", params={"contract": contract})
    assert answer.status_code == 200, answer.text
    return answer.json()["promise"]


async def close(desk: Any, day: str, by: Any = SQP, **more: Any) -> Any:
    return await desk.as_(by).post("/promise-settings/closures", json={"day": day, "reason": "Inventaire", **more})


async def change(desk: Any, by: Any = SQP, **wanted: Any) -> Any:
    revision = (await desk.as_(SQP).get("/promise-settings")).headers["etag"]
    return await desk.as_(by, **{"If-Match": revision}).patch("/promise-settings", json=wanted)


async def test_the_promise_is_shown_before_the_declaration_with_what_follows_the_cut_off(shop: Any, at: Any) -> None:
    shown = await offer(shop)
    assert [each["dispatch_on"] for each in shown["windows"]] == ["2026-05-20", "2026-05-21", "2026-05-22"]
    assert datetime.fromisoformat(shown["windows"][0]["closes_at"]) == paris("2026-05-19 16:00")
    assert (shown["cutoff"], shown["clock_start"], shown["revision"]) == ("16:00", "declaration", 0)
    at(paris("2026-05-19 16:00"))
    assert (await offer(shop))["windows"][0]["dispatch_on"] == "2026-05-21"


async def test_a_contract_whose_service_level_says_nothing_of_it_promises_nothing(shop: Any) -> None:
    await shop.register(number="30000", service_level="Envoi standard")
    assert await offer(shop, "30000") is None
    number = await shop.declare(contract_number="30000")
    assert await promise(shop, number) is None


async def test_the_promise_of_another_resellers_contract_is_not_found(shop: Any) -> None:
    for contract in ("29962", "11111"):
        answer = await shop.as_(OTHER_RESELLER).get("/incidents/choices", params={"contract": contract})
        assert (answer.status_code, answer.json()["code"]) == (404, "contract_not_found")


async def test_the_promise_is_fixed_on_declaration_with_what_it_was_counted_by(shop: Any, at: Any) -> None:
    number = await shop.declare()
    kept = await promise(shop, number)
    assert (kept["state"], kept["label"]) == ("running", "Envoi promis")
    assert (kept["dispatch_on"], kept["first_dispatch_on"]) == ("2026-05-20", "2026-05-20")
    assert (kept["cutoff"], kept["rule_version"]) == ("16:00", "j1-1")
    assert kept["calendar_version"].startswith("holidays-")
    (told,) = await shop.harness.told(IncidentDeclared)
    assert isinstance(told, IncidentDeclared)
    assert str(told.promised_on) == "2026-05-20"
    listed = (await shop.as_(CLIENT).get("/incidents")).json()["items"][0]["promise"]
    assert listed == {"state": "running", "label": "Envoi promis", "dispatch_on": "2026-05-20"}


async def test_a_closure_added_later_never_moves_a_promise_that_was_made(shop: Any) -> None:
    number = await shop.declare()
    added = await close(shop, "2026-05-20")
    assert added.json() == {"items": ["2026-05-20"], "due_anyway": 1}
    assert (await promise(shop, number))["dispatch_on"] == "2026-05-20"
    assert (await offer(shop))["windows"][0]["dispatch_on"] == "2026-05-21"
    later = await shop.declare()
    assert (await promise(shop, later))["dispatch_on"] == "2026-05-21"


async def test_a_promise_shown_before_a_closure_is_kept_for_a_day(shop: Any, at: Any) -> None:
    shown = (await offer(shop))["revision"]
    await close(shop, "2026-05-20")
    await close(shop, "2026-05-21")
    number = await shop.declare(promise_revision=shown)
    assert (await promise(shop, number))["dispatch_on"] == "2026-05-20"
    at(paris("2026-05-20 10:01"))
    late = await shop.declare(promise_revision=shown)
    assert (await promise(shop, late))["dispatch_on"] == "2026-05-26"


async def test_a_revision_that_was_never_shown_counts_as_the_present_one(shop: Any) -> None:
    number = await shop.declare(promise_revision=99)
    assert (await promise(shop, number))["dispatch_on"] == "2026-05-20"


@pytest.mark.parametrize("reason", ["waiting_reseller", "waiting_client"])
async def test_the_promise_stands_still_while_reseller_or_client_is_waited_for(
    shop: Any, at: Any, harness: Harness, reason: str
) -> None:
    number = await shop.declare()
    await shop.move(number, "in_diagnosis")
    await shop.move(number, "pending", reason=reason)
    assert (await promise(shop, number))["state"] == "paused"
    at(paris("2026-05-22 10:00"))
    await harness.run_job("incidents.mark_missed_promises")
    assert await harness.told(PromiseMissed) == []
    await shop.move(number, "in_diagnosis")
    now = await promise(shop, number)
    assert (now["state"], now["dispatch_on"], now["first_dispatch_on"]) == ("running", "2026-05-26", "2026-05-20")


@pytest.mark.parametrize("reason", ["stock", "maker", "carrier", "other"])
async def test_stock_maker_and_carrier_stop_no_promise(shop: Any, at: Any, reason: str) -> None:
    number = await shop.declare()
    await shop.move(number, "in_diagnosis")
    await shop.move(number, "pending", reason=reason)
    assert (await promise(shop, number))["state"] == "running"
    at(paris("2026-05-22 10:00"))
    await shop.move(number, "in_diagnosis")
    assert (await promise(shop, number))["dispatch_on"] == "2026-05-20"


async def test_a_pause_counts_the_closures_of_today_and_the_cut_off_of_the_promise(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await shop.move(number, "in_diagnosis")
    await shop.move(number, "pending", reason="waiting_reseller")
    await change(shop, cutoff="09:00")
    await close(shop, "2026-05-21")
    at(paris("2026-05-20 15:00"))
    await shop.move(number, "in_diagnosis")
    now = await promise(shop, number)
    assert (now["dispatch_on"], now["cutoff"]) == ("2026-05-22", "16:00")
    assert now["calendar_version"].endswith("/2")


async def sent(shop: Any, number: str, **more: Any) -> None:
    """The replacement has left."""
    await shop.exchange(number, **more)
    await shop.step(number, "reserve", serial_number="Q251I02233")
    await shop.ship(number)


@pytest.mark.parametrize("solution", ["dispatch", "resolution"])
async def test_a_dispatch_or_a_solution_in_time_keeps_the_promise(shop: Any, at: Any, solution: str) -> None:
    number = await shop.declare()
    at(paris("2026-05-20 23:59"))
    if solution == "dispatch":
        await sent(shop, number)
    else:
        await shop.move(number, "in_diagnosis", "resolved")
    assert (await promise(shop, number))["state"] == "kept"
    at(paris("2026-06-20 10:00"))
    assert (await promise(shop, number))["label"] == "Promesse tenue"


async def test_an_approval_without_dispatch_keeps_no_promise(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await shop.exchange(number)
    assert (await promise(shop, number))["state"] == "running"
    at(paris("2026-05-21 09:00"))
    await shop.step(number, "reserve", serial_number="Q251I02233")
    await shop.ship(number)
    assert (await promise(shop, number))["state"] == "missed"


async def test_the_promise_stands_still_while_a_standard_exchange_waits_for_the_faulty_unit(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await shop.exchange(number, type="standard_exchange")
    assert (await promise(shop, number))["state"] == "paused"
    at(paris("2026-05-26 10:00"))
    await shop.step(number, "receive")
    now = await promise(shop, number)
    assert (now["state"], now["first_dispatch_on"]) == ("running", "2026-05-20")
    assert now["dispatch_on"] >= "2026-05-26"


async def test_where_every_product_is_paid_back_nothing_is_promised_to_leave(
    shop: Any, at: Any, harness: Harness
) -> None:
    number = await shop.declare(serial_numbers=["Q207B17555", "Z9CBPM5M"])
    await shop.exchange(number, type="credit")
    assert (await promise(shop, number))["state"] == "running"
    await shop.exchange(number, "Z9CBPM5M", type="credit")
    assert (await promise(shop, number))["state"] == "paused"
    for line in (1, 2):
        await shop.step(number, "receive", line)
        await shop.step(number, "inspect", line, outcome="as_expected")
        await shop.step(number, "close", line)
    at(paris("2026-05-26 10:00"))
    await harness.run_job("incidents.mark_missed_promises")
    assert (await promise(shop, number))["state"] == "paused"
    await shop.move(number, "resolved")
    assert (await promise(shop, number))["state"] == "kept"
    assert await harness.told(PromiseMissed) == []


async def test_a_dispatch_that_is_told_late_keeps_the_promise_that_it_kept(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await shop.exchange(number)
    await shop.step(number, "reserve", serial_number="Q251I02233")
    body = {"lines": [1], "carrier": "dpd"}
    parcel = (await shop.as_(SQP).post(f"/incidents/{number}/shipments", json=body)).json()["id"]
    at(paris("2026-05-21 00:03"))
    await shop.news(parcel, "shipped", at="2026-05-20T18:00:00+02:00")
    assert (await promise(shop, number))["state"] == "kept"


async def test_a_missed_promise_is_told_once_and_stays_missed(shop: Any, at: Any, harness: Harness) -> None:
    number = await shop.declare()
    before = (await shop.incident(number))["version"]
    at(paris("2026-05-20 23:59:59"))
    await harness.run_job("incidents.mark_missed_promises")
    assert await harness.told(PromiseMissed) == []
    at(paris("2026-05-21 00:00"))
    assert (await promise(shop, number))["state"] == "missed"
    for _ in range(2):
        await harness.run_job("incidents.mark_missed_promises")
    (told,) = await harness.told(PromiseMissed)
    assert isinstance(told, PromiseMissed)
    assert (told.number, told.dispatch_on.isoformat(), told.actor.user_id) == (number, "2026-05-20", None)
    assert (await shop.incident(number))["version"] == before + 1
    await sent(shop, number)
    assert (await promise(shop, number))["label"] == "Promesse dépassée"


async def test_a_pause_after_the_promised_day_undoes_no_miss(shop: Any, at: Any, harness: Harness) -> None:
    number = await shop.declare()
    await shop.move(number, "in_diagnosis")
    at(paris("2026-05-21 09:00"))
    await shop.move(number, "pending", reason="waiting_reseller")
    assert len(await harness.told(PromiseMissed)) == 1
    assert (await promise(shop, number))["state"] == "missed"
    await shop.move(number, "in_diagnosis")
    assert (await promise(shop, number))["dispatch_on"] == "2026-05-20"


async def test_nothing_is_owed_on_what_was_refused_or_taken_back(shop: Any, at: Any, harness: Harness) -> None:
    refused, cancelled = await shop.declare(), await shop.declare()
    await shop.move(refused, "rejected")
    await shop.move(cancelled, "cancelled", by=RESELLER)
    assert await promise(shop, refused) is None
    assert await promise(shop, cancelled) is None
    at(paris("2026-05-22 10:00"))
    await harness.run_job("incidents.mark_missed_promises")
    assert await harness.told(PromiseMissed) == []
    await shop.move(refused, "in_diagnosis")
    assert (await promise(shop, refused))["dispatch_on"] == "2026-05-26"


async def test_a_reopened_incident_keeps_the_promise_that_was_kept(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await shop.move(number, "in_diagnosis", "resolved")
    at(paris("2026-05-25 10:00"))
    await shop.move(number, "in_diagnosis", by=RESELLER)
    assert (await promise(shop, number))["state"] == "kept"


async def test_the_clock_may_start_with_the_approval(shop: Any, at: Any) -> None:
    assert (await change(shop, clock_start="approval")).status_code == 204
    shown = await offer(shop)
    assert (shown["clock_start"], shown["windows"]) == ("approval", [])
    number = await shop.declare()
    assert await promise(shop, number) is None
    at(paris("2026-05-22 16:00"))
    await sent(shop, number)
    now = await promise(shop, number)
    assert (now["dispatch_on"], now["state"]) == ("2026-05-27", "kept")


async def test_a_contract_that_ends_meanwhile_keeps_its_promise(shop: Any, at: Any, harness: Harness) -> None:
    number = await shop.declare()
    await harness.deliver(shop.cover(version=2, warranty_ends_on=paris("2026-05-19 10:00").date(), service_level=""))
    assert (await promise(shop, number))["dispatch_on"] == "2026-05-20"
