"""The queue of SQP's people: kept by what happens to incidents, ordered by what is most urgent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP, back_office, person
from web.clock import PARIS

SQP_BASIC = person("sqp", "SQP", "basic")


def paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PARIS)


@pytest.fixture
async def shop(desk: Any, at: Any) -> Any:
    """A desk on Tuesday 19 May 2026 at ten; contract 29962 promises J+1, contract 30000 nothing."""
    at(paris("2026-05-19 10:00"))
    await desk.register()
    await desk.register(number="30000", service_level="Envoi standard")
    return desk


async def queue(desk: Any, by: Any = SQP, **asked: Any) -> Any:
    answer = await desk.as_(by).get("/desk", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def numbers(desk: Any, by: Any = SQP, **asked: Any) -> list[str]:
    return [row["number"] for row in (await queue(desk, by, **asked))["items"]]


async def row(desk: Any, number: str, **asked: Any) -> Any:
    return next(each for each in (await queue(desk, **asked))["items"] if each["number"] == number)


async def test_a_declaration_stands_in_the_queue_at_once_with_all_that_an_agent_needs(shop: Any) -> None:
    number = await shop.declare()
    found = await queue(shop)
    (shown,) = found["items"]
    assert (shown["number"], shown["action"], shown["action_label"]) == (number, "start", "Prendre en charge")
    assert shown["urgency"]["kind"] == "new"
    assert (shown["turn"], shown["status_label"], shown["reseller"]) == ("sqp", "Déclaré", "Revendeur Test")
    assert (shown["product_reference"], shown["serial_number"]) == ("TS-131K-1TIW", "Q207B17555")
    assert shown["promise"]["dispatch_on"] == "2026-05-20"
    assert (shown["assignee"], shown["last_message"], shown["stuck_for"]) == (None, None, 0)
    assert found["counts"] == {"due": 1, "mine": 0, "unassigned": 1, "later": 0, "skipped": 0}


async def test_the_order_is_promise_overdue_promise_today_longest_unanswered_new_and_the_rest(
    shop: Any, at: Any
) -> None:
    overdue = await shop.declare()
    at(paris("2026-05-19 17:00"))
    today = await shop.declare()  # after the cut-off: promised for the 21st
    at(paris("2026-05-20 09:00"))
    rest = await shop.declare(contract_number="30000")
    await shop.move(rest, "in_diagnosis")
    waits = [await shop.declare(contract_number="30000") for _ in range(2)]
    at(paris("2026-05-20 09:10"))
    await shop.post(waits[1], "sqp", RESELLER)
    at(paris("2026-05-20 09:20"))
    await shop.post(waits[0], "sqp", RESELLER)
    new = [await shop.declare(contract_number="30000") for _ in range(2)]
    at(paris("2026-05-21 11:00"))
    expected = [overdue, today, waits[1], waits[0], *new, rest]
    assert await numbers(shop) == expected
    kinds = [each["urgency"]["kind"] for each in (await queue(shop))["items"]]
    assert kinds == ["promise_overdue", "promise_today", "waiting", "waiting", "new", "new", "due"]
    urgencies = [datetime.fromisoformat(each["urgency"]["at"]) for each in (await queue(shop))["items"]]
    assert urgencies[:3] == [paris("2026-05-21 00:00"), paris("2026-05-21 16:00"), paris("2026-05-20 09:10")]
    pages, cursor = [], None
    while True:
        found = await queue(shop, limit=2, **({"cursor": cursor} if cursor else {}))
        pages += [each["number"] for each in found["items"]]
        cursor = found["next"]
        if cursor is None:
            break
    assert pages == expected


async def test_a_second_message_never_moves_an_incident_back(shop: Any, at: Any) -> None:
    number = await shop.declare(contract_number="30000")
    at(paris("2026-05-19 10:30"))
    await shop.post(number, "sqp", RESELLER, "Avez-vous des nouvelles ?")
    at(paris("2026-05-19 12:00"))
    await shop.post(number, "sqp", RESELLER, "Alors ?")
    shown = await row(shop, number)
    assert shown["action"] == "answer"
    assert datetime.fromisoformat(shown["unanswered_since"]) == paris("2026-05-19 10:30")
    assert datetime.fromisoformat(shown["last_message"]["at"]) == paris("2026-05-19 12:00")
    at(paris("2026-05-19 12:05"))
    await shop.post(number, "sqp", SQP, "Nous regardons.")
    shown = await row(shop, number)
    assert (shown["action"], shown["unanswered_since"], shown["last_message"]["kind"]) == ("start", None, "sqp")


async def test_what_reseller_and_client_say_to_each_other_is_not_sqps_to_answer(shop: Any) -> None:
    number = await shop.declare()
    before = await row(shop, number)
    await shop.post(number, "client", RESELLER)
    await shop.post(number, "client", CLIENT)
    assert await row(shop, number) == before


async def test_a_paused_incident_leaves_the_queue_and_comes_back_alone(shop: Any, at: Any) -> None:
    number = await shop.declare()
    at(paris("2026-05-19 11:00"))
    await shop.move(number, "in_diagnosis")
    await shop.move(number, "pending", reason="waiting_reseller")
    assert await numbers(shop) == []
    later = await row(shop, number, when="later")
    assert (later["action"], later["turn"], later["urgency"]["kind"]) == ("remind", "reseller", "later")
    assert (await queue(shop))["counts"]["later"] == 1
    at(paris("2026-05-22 08:00"))
    shown = await row(shop, number)
    assert (shown["action"], shown["urgency"]["kind"]) == ("remind", "due")
    at(paris("2026-05-20 08:00"))
    assert await numbers(shop) == []
    await shop.post(number, "sqp", RESELLER, "Voici les journaux.")
    assert (await row(shop, number))["action"] == "answer"


async def test_an_exchange_leads_the_agent_from_the_decision_to_the_end(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await shop.exchange(number, by=RESELLER)
    assert (await row(shop, number))["action"] == "decide"
    at(paris("2026-05-19 11:00"))
    await shop.step(number, "approve")
    assert (await row(shop, number))["action"] == "dispatch"
    await shop.step(number, "reserve", serial_number="NEW1", condition="new")
    parcel = await shop.ship(number)
    assert await numbers(shop) == []
    assert (await row(shop, number, when="later"))["action"] == "check"
    at(paris("2026-05-20 12:00"))
    await shop.news(parcel, "delivered")
    later = await row(shop, number, when="later")
    assert later["action"] == "chase_return"
    due_on = datetime.fromisoformat((await shop.line(number))["return_due_on"]).date()
    overdue = datetime(due_on.year, due_on.month, due_on.day, tzinfo=PARIS) + timedelta(days=1)
    assert datetime.fromisoformat(later["action_at"]) == overdue
    at(overdue + timedelta(hours=9))
    assert (await row(shop, number))["turn"] == "holder"  # without any job
    await shop.step(number, "receive", serial_number="Q207B17555")
    assert (await row(shop, number))["action"] == "inspect"
    await shop.step(number, "inspect", outcome="as_expected")
    assert (await row(shop, number))["action"] == "close"
    await shop.step(number, "close")
    assert (await row(shop, number))["action"] == "close"
    await shop.move(number, "resolved")
    assert await numbers(shop) == []
    assert (await queue(shop))["counts"]["later"] == 0


async def test_a_delivery_that_is_presumed_moves_the_queue_too(shop: Any, at: Any) -> None:
    number = await shop.declare()
    await shop.exchange(number)
    await shop.step(number, "reserve", serial_number="NEW1", condition="new")
    await shop.ship(number)
    at(paris("2026-06-19 10:00"))
    await shop.harness.run_job("incidents.presume_deliveries")
    assert (await row(shop, number, when="later"))["action"] == "chase_return"


async def test_what_stands_still_for_more_than_three_working_days_is_stuck(shop: Any, at: Any) -> None:
    number = await shop.declare(contract_number="30000")
    at(paris("2026-05-22 10:00"))
    assert (await row(shop, number))["stuck_for"] == 0
    at(paris("2026-05-26 10:00"))  # after Whit Monday
    assert (await row(shop, number))["stuck_for"] == 4
    await shop.move(number, "in_diagnosis")
    assert (await row(shop, number))["stuck_for"] == 0


async def test_the_queue_is_filtered_by_what_agents_ask_for(shop: Any) -> None:
    one = await shop.declare()
    two = await shop.declare(contract_number="30000", title="Disque muet")
    await shop.move(two, "in_diagnosis")
    reseller = (await row(shop, one))["reseller_id"]
    assert await numbers(shop, action="diagnose") == [two]
    assert await numbers(shop, state="new") == [one]
    assert await numbers(shop, service_level="Envoi standard") == [two]
    assert await numbers(shop, q="disque muet") == [two]
    assert await numbers(shop, q="revendeur") == []  # until identity has told of the reseller
    await shop.organisation("reseller", "REV-0001", "Revendeur Test")
    assert set(await numbers(shop, q="revendeur test")) == {one, two}
    assert set(await numbers(shop, reseller_id=reseller)) == {one, two}
    assert await numbers(shop, sort="-number") == [two, one]
    assert (await queue(shop, action="diagnose"))["counts"]["due"] == 1


async def test_every_sort_is_paged_without_a_gap(shop: Any, at: Any) -> None:
    declared = []
    for minute in range(4):
        at(paris(f"2026-05-19 10:0{minute}"))
        declared.append(await shop.declare(contract_number="30000"))
    await shop.post(declared[1], "sqp", RESELLER)
    await shop.as_(SQP).post(f"/desk/{declared[2]}/take")
    for sort in ("urgency", "number", "declared_at", "action_at", "assignee", "last_message_at"):
        for sign in ("", "-"):
            found, cursor = [], None
            for _ in declared:
                asked = {"sort": f"{sign}{sort}", "limit": 1} | ({"cursor": cursor} if cursor else {})
                page = await queue(shop, **asked)
                found += [each["number"] for each in page["items"]]
                cursor = page["next"]
            assert sorted(found) == sorted(declared), sort


async def test_the_badge_counts_what_is_due(shop: Any) -> None:
    number = await shop.declare()
    await shop.declare()
    await shop.as_(SQP).post(f"/desk/{number}/take")
    assert (await shop.as_(SQP).get("/desk/due")).json() == {"due": 2, "mine": 1}


@pytest.mark.parametrize("path", ["/desk", "/desk/due", "/desk/people", "/desk/{number}"])
async def test_sqps_people_alone_read_the_desk(shop: Any, path: str) -> None:
    number = await shop.declare()
    path = path.format(number=number)
    for reader in (SQP, SQP_BASIC):
        assert (await shop.as_(reader).get(path)).status_code == 200, reader
    for stranger in (RESELLER, RESELLER_BASIC, CLIENT, back_office("incidents:read")):
        assert (await shop.as_(stranger).get(path)).status_code == 403, stranger
    assert (await shop.as_(None).get(path)).status_code == 401


async def test_an_incident_that_does_not_exist_is_not_at_the_desk(shop: Any) -> None:
    answer = await shop.as_(SQP).get("/desk/20010101")
    assert (answer.status_code, answer.json()["code"]) == (404, "incident_not_found")


@pytest.mark.parametrize("who", ["somebody", "12"])
async def test_a_filter_by_nobody_is_refused(shop: Any, who: str) -> None:
    assert (await shop.as_(SQP).get("/desk", params={"who": who})).status_code == 422
