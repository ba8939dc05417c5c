"""A replacement that is exchanged in its turn: a line of its own, and what is left to the first one."""

from __future__ import annotations

from typing import Any

import pytest
from services.incidents.tests.agents import paris

from devkit.harness import SQP
from events.incidents import ExchangeChanged

FAULTY, NEW, NEWER = "Q207B17555", "Q251I02233", "Q333C00001"


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An exchange in advance whose replacement was delivered on Tuesday 19 May 2026."""
    at(paris("2026-05-19 10:00"))
    await desk.register()
    declared: str = await desk.declare()
    await desk.exchange(declared)
    await delivered(desk, declared)
    return declared


async def delivered(desk: Any, number: str, line: int = 1, serial: str = NEW) -> None:
    await desk.step(number, "reserve", line, serial_number=serial)
    assert (await desk.news(await desk.ship(number, line, tracking_number=""), "delivered")).status_code == 200


async def told(desk: Any) -> list[ExchangeChanged]:
    return list(await desk.harness.told(ExchangeChanged))


async def test_a_dead_replacement_is_a_line_of_its_own_with_a_promise_of_its_own(
    desk: Any, number: str, at: Any
) -> None:
    at(paris("2026-05-21 17:00"))
    first = await desk.step(number, "replacement_dead", note="Aucune LED")
    second = await desk.line(number, 2)
    assert (second["origin_line"], second["serial_number"], second["decision"]) == (1, NEW, "approved")
    assert second["promise"] == {"state": "running", "label": "Envoi promis", "dispatch_on": "2026-05-26"}
    assert (first["cover"], first["return_state"]) == ("replaced", "expected")
    await delivered(desk, number, 2, NEWER)
    chain = [(event.serial_number, event.replacement_serial_number) for event in await told(desk) if event.replaced_on]
    assert {(FAULTY, NEW), (NEW, NEWER)} <= set(chain)


async def test_a_dead_replacement_that_is_not_sent_in_time_misses_its_promise(desk: Any, number: str, at: Any) -> None:
    await desk.step(number, "replacement_dead", note="Aucune LED")
    at(paris("2026-05-21 00:10"))
    await desk.harness.run_job("incidents.mark_missed_lines")
    assert (await desk.line(number, 2))["promise"]["state"] == "missed"


async def refused(desk: Any, number: str, step: str, **more: Any) -> str:
    """Its code, and the step is not offered either."""
    assert step not in (await desk.line(number, by=SQP))["actions"]
    answer = await desk.try_step(number, step, **more)
    assert answer.status_code == 409, answer.text
    return str(answer.json()["code"])


async def test_what_is_exchanged_in_its_turn_is_neither_reversed_nor_dead_under_the_first_line(
    desk: Any, number: str
) -> None:
    """While that exchange goes on, and after its unit has the cover, closed or not."""
    await desk.step(number, "replacement_dead", note="Aucune LED")
    first = await desk.try_step(number, "reverse", reason="fault_gone")
    assert f"incident n°\u00a0{number}, échange n°\u00a02)" in first.json()["title"]
    await delivered(desk, number, 2, NEWER)
    assert await refused(desk, number, "reverse", reason="fault_gone") == "replacement_is_exchanged"
    await desk.step(number, "receive", 2, serial_number=NEW)
    await desk.step(number, "inspect", 2, outcome="as_expected")
    await desk.step(number, "close", 2)
    assert await refused(desk, number, "reverse", reason="fault_gone") == "replacement_is_exchanged"
    over = await desk.try_step(number, "replacement_dead", note="Encore")
    assert (over.json()["code"], "c’est terminé" in over.json()["title"]) == ("replacement_is_exchanged", True)
    assert await refused(desk, number, "reserve", serial_number="AUTRE") == "replacement_is_exchanged"
    assert (await desk.line(number))["cover"] == "replaced"


async def test_a_replacement_whose_exchange_was_taken_back_is_in_use_again(desk: Any, number: str) -> None:
    await desk.step(number, "replacement_dead", note="Aucune LED")
    await desk.step(number, "cancel", 2, note="Finalement, elle s’allume")
    await desk.step(number, "replacement_dead", note="Plus rien")
    await delivered(desk, number, 3, NEWER)
    await desk.step(number, "reverse", 3, reason="fault_gone")
    line = await desk.step(number, "reverse", reason="fault_gone")
    assert line["cover"] == "returned"
    refusal = await desk.try_step(number, "replacement_dead", note="Encore")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "not_replaced")
    assert "annulé après envoi" in refusal.json()["title"]


async def test_what_is_exchanged_in_another_incident_is_not_reversed_under_the_first_either(
    desk: Any, number: str, at: Any
) -> None:
    at(paris("2026-05-20 10:00"))
    replaced = desk.NAS.model_copy(update={"serial_number": NEW})
    await desk.register(version=2, serial_number=NEW, articles=[replaced])
    other = await desk.declare(serial_numbers=[NEW], title="Le remplacement est en panne")
    await desk.exchange(other, NEW)
    await delivered(desk, other, 1, NEWER)
    for step, more in (("reverse", {"reason": "fault_gone"}), ("reserve", {"serial_number": "AUTRE"})):
        assert await refused(desk, number, step, **more) == "replacement_is_exchanged"
    await desk.step(other, "reverse", reason="fault_gone")
    assert (await desk.step(number, "reverse", reason="fault_gone"))["cover"] == "returned"


@pytest.mark.parametrize("kind", ["repair", "part_only"])
async def test_a_replacement_that_was_repaired_is_in_use_again_and_its_exchange_may_be_reversed(
    desk: Any, number: str, kind: str
) -> None:
    replaced = desk.NAS.model_copy(update={"serial_number": NEW})
    await desk.register(version=2, serial_number=NEW, articles=[replaced])
    other = await desk.declare(serial_numbers=[NEW], title="En réparation")
    await desk.exchange(other, NEW, type=kind)
    assert await refused(desk, number, "reverse", reason="fault_gone") == "replacement_is_exchanged"
    if kind == "repair":
        await desk.step(other, "receive")
        await desk.step(other, "inspect", outcome="as_expected")
    await desk.news(await desk.ship(other), "delivered")
    await desk.step(other, "close")
    assert (await desk.step(number, "reverse", reason="fault_gone"))["cover"] == "returned"


async def test_the_first_unit_may_fail_anew_before_its_replacement_is_back(desk: Any, number: str) -> None:
    await desk.step(number, "reverse", reason="fault_gone")
    found = (await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()
    faulty = found["items"][0]["serial_number"]
    assert faulty in found["requestable"]
    await desk.exchange(number, faulty)
    await delivered(desk, number, 2, NEWER)
    assert (await desk.line(number, 2))["cover"] == "replaced"
    await desk.step(number, "receive_replacement", serial_number=NEW)
    await desk.step(number, "close")


async def test_a_dead_replacement_of_an_incident_that_has_ended_is_declared_anew(desk: Any, number: str) -> None:
    await desk.move(number, "resolved")
    assert await refused(desk, number, "replacement_dead", note="Aucune LED") == "incident_not_open"
