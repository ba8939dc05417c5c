"""A disk that its holder keeps: nothing is late until SQP answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, SQP
from events.incidents import ReturnReminded
from web.clock import PARIS

START = datetime(2026, 5, 19, 10, tzinfo=PARIS)
LATE = datetime(2026, 6, 10, 9, tzinfo=PARIS)


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An exchange in advance, due on 3 June 2026, of which the client keeps the disk."""
    at(START)
    declared: str = await desk.replaced("NEW1")
    await desk.step(declared, "keep_disk", by=CLIENT)
    return declared


async def overdue(desk: Any) -> tuple[bool, int, Any, int]:
    """On the line, in SQP's list, before declaring, and how many reminders have gone."""
    await desk.harness.run_job("incidents.remind_of_returns")
    found = (await desk.as_(SQP).get("/exchanges")).json()
    told = (await desk.as_(RESELLER).get("/incidents/choices", params={"contract": "29962"})).json()["returns"]
    reminded = len(list(await desk.harness.told(ReturnReminded)))
    return found["items"][0]["is_overdue"], found["counts"]["overdue"], told and told["count"], reminded


async def test_a_kept_disk_is_neither_late_nor_reminded_of_nor_counted_until_sqp_answers(
    desk: Any, number: str, at: Any
) -> None:
    at(LATE)
    assert await overdue(desk) == (False, 0, None, 0)
    back = (await desk.line(number, by=CLIENT))["return"]
    assert (back["is_disk_kept"], back["days_left"], back["consequence"]) == (True, None, "")
    assert back["label"] == "Disque conservé, réponse de SQP attendue"
    found = (await desk.as_(SQP).get("/exchanges", params={"stage": "to_decide"})).json()
    assert ([each["incident_number"] for each in found["items"]], found["counts"]["to_decide"]) == ([number], 1)


async def test_sqp_settles_the_return_of_a_kept_disk(desk: Any, number: str) -> None:
    line = await desk.step(number, "settle", outcome="retained")
    assert (line["return_state"], line["return"]["is_disk_kept"]) == ("settled", False)


async def test_sqp_asks_for_a_kept_disk_after_all_and_gives_time_for_it(desk: Any, number: str, at: Any) -> None:
    at(LATE)
    line = await desk.step(number, "refuse_disk", note="Sous garantie du constructeur")
    assert (line["return"]["is_disk_kept"], line["return"]["due_on"]) == (False, "2026-06-17")
    assert line["timeline"][-1]["sentence"] == "SQP attend le disque malgré tout, au plus tard le 17/06/2026."
    again = await desk.try_step(number, "keep_disk", by=CLIENT)
    assert (again.status_code, again.json()["code"]) == (409, "disk_is_awaited")
    at(datetime(2026, 6, 20, 9, tzinfo=PARIS))
    assert await overdue(desk) == (True, 1, 1, 1)


@pytest.mark.parametrize(("said", "more"), [("return_shipped", {}), ("return_lost", {"note": "Perdu"})])
async def test_a_disk_that_was_refused_is_awaited_whatever_was_said_before_it_was_kept(
    desk: Any, at: Any, said: str, more: dict[str, Any]
) -> None:
    at(START)
    number = await desk.replaced("NEW1")
    await desk.step(number, said, by=CLIENT, **more)
    await desk.step(number, "keep_disk", by=CLIENT)
    line = await desk.step(number, "refuse_disk", note="Sous garantie")
    assert (line["return"]["label"], line["return"]["days_left"], line["stage"]) == ("Retour attendu", 15, "awaited")


async def test_only_sqp_answers_and_only_where_a_disk_is_kept(desk: Any, number: str) -> None:
    for by in (CLIENT, RESELLER):
        refused = await desk.try_step(number, "refuse_disk", by=by, note="x")
        assert refused.json()["code"] == "step_not_yours"
    await desk.step(number, "return_shipped", by=CLIENT)
    assert (await desk.try_step(number, "refuse_disk", note="x")).json()["code"] == "no_disk_kept"


@pytest.mark.parametrize(
    ("step", "by", "more"),
    [
        ("send_label", SQP, {"without_statement": "Vu au téléphone"}),
        ("more_time", CLIENT, {"reason": "Finalement, il part"}),
    ],
)
async def test_what_is_said_of_the_return_since_takes_the_place_of_the_kept_disk(
    desk: Any, number: str, at: Any, step: str, by: Any, more: dict[str, Any]
) -> None:
    line = await desk.step(number, step, by=by, **more)
    assert not line["return"]["is_disk_kept"]
    at(datetime(2026, 6, 20, 9, tzinfo=PARIS))
    assert (await overdue(desk))[:2] == (True, 1)


async def test_a_certificate_may_follow(desk: Any, number: str) -> None:
    certificate = await desk.attached(number, "declaration")
    line = await desk.step(number, "keep_disk", by=RESELLER, certificate_file_id=str(certificate))
    assert line["return"]["certificate_file_id"] == str(certificate)
    said = line["timeline"][-1]["sentence"]
    assert said == "Le disque est conservé par le client, certificat de destruction joint."


async def test_a_certificate_that_an_exchange_names_is_not_taken_off(desk: Any, number: str) -> None:
    certificate = await desk.attached(number, "declaration")
    await desk.step(number, "keep_disk", by=RESELLER, certificate_file_id=str(certificate))
    refused = await desk.as_(RESELLER).delete(f"/incidents/{number}/files/{certificate}")
    assert (refused.status_code, refused.json()["code"]) == (409, "certificate_is_named")


async def test_a_kept_disk_that_was_settled_awaits_its_certificate_alone(desk: Any, number: str) -> None:
    await desk.step(number, "settle", outcome="retained")
    refused = await desk.try_step(number, "keep_disk", by=RESELLER)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_awaited")
    certificate = await desk.attached(number, "declaration")
    line = await desk.step(number, "keep_disk", by=RESELLER, certificate_file_id=str(certificate))
    assert line["return"]["certificate_file_id"] == str(certificate)


async def test_sqps_desk_is_to_decide_of_a_kept_disk_and_not_to_chase_it(desk: Any, number: str) -> None:
    found = (await desk.as_(SQP).get("/desk")).json()["items"]
    assert [(each["number"], each["action"]) for each in found] == [(number, "decide")]
