"""Replacements that incidents told: what they change of a contract, and what contracts tells of it."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import Harness, back_office
from events.contracts import ContractChanged


async def test_late_and_repeated_facts_tell_nothing(harness: Harness, desk: Any, kit: None) -> None:
    done = desk.exchange("x", "A-1", "B1", 5)
    for event in (done, desk.going("x", "A-1", "B1", 4, dispatch="shipped"), done, desk.exchange("x", "A-1", "B1", 6)):
        await harness.deliver(event)
    [told] = await harness.told(ContractChanged)
    assert (told.version, told.serial_number) == (2, "B1")
    assert told.cover_moved is not None
    assert told.cover_moved.model_dump(exclude={"exchange_id"}) == {
        "incident_number": "26051801",
        "serial_number": "A-1",
        "replacement_serial_number": "B1",
        "step": "moved",
        "replaced_on": desk.DELIVERED,
    }


async def test_a_part_that_is_sent_moves_no_cover(harness: Harness, desk: Any, kit: None) -> None:
    for step, dispatch in (("approved", "none"), ("shipped", "shipped"), ("delivered", "delivered")):
        changes = {"exchange_type": "part_only", "step": step, "dispatch": dispatch, "cover": "unchanged"}
        await harness.deliver(desk.exchange("x", "A-1", None, 3, replaced_on=None, **changes))
    assert await desk.covered("A-1") == {"A-1": (True, None)}
    assert (await desk.get("/contracts/1"))["version"] == 1
    assert await harness.told(ContractChanged) == []


@pytest.mark.parametrize("count", [0, 2])
async def test_registering_again_undoes_no_exchange(harness: Harness, desk: Any, register: Any, count: int) -> None:
    articles = [desk.NAS, desk.DISK][:count]
    await register("1", serial_number="A-1", articles=articles)
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    await register("1", serial_number="A-1", articles=articles)
    assert len(await harness.told(ContractChanged)) == 1, "equal content tells nothing"
    await register("1", serial_number="A-1", articles=articles, service_level="J+1")
    [_, told] = await harness.told(ContractChanged)
    assert [told.serial_number, *(each.serial_number for each in told.articles)] == ["B1", "B1", "D1"][: 1 + count]
    assert (told.cover_moved, told.former_serial_numbers) == (None, ["A-1"])
    assert await desk.covered("A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}
    assert [row["serial_number"] for row in (await desk.get("/contracts"))["items"]] == ["B1"]


async def test_a_back_office_that_registers_the_replacement_loses_no_history(
    harness: Harness, desk: Any, kit: None, register: Any
) -> None:
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    await register("1", serial_number="B1", articles=[{**desk.NAS, "serial_number": "B1"}, desk.DISK])
    assert await desk.covered("A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}
    nas = (await desk.get("/contracts/1"))["articles"][0]
    assert [step["serial_number"] for step in nas["hardware"]["history"]] == ["A-1"]
    await harness.deliver(desk.exchange("x", "A-1", "B1", 6, step="reversed", cover="returned"))
    assert await desk.covered("A-1", "B1") == {"A-1": (True, None), "B1": (False, "returned")}


@pytest.mark.parametrize("count", [0, 2])
@pytest.mark.parametrize("cover", ["replaced", "in_progress"])
async def test_a_serial_number_that_nobody_knows_is_not_taken_for_a_unit_that_was_exchanged(
    harness: Harness, desk: Any, register: Any, cover: str, count: int
) -> None:
    """Whether it corrects the first unit, or the replacement, or names another product: nobody can tell."""
    articles = [desk.NAS, desk.DISK][:count]
    await register("1", serial_number="A-1", articles=articles)
    going = cover == "in_progress"
    await harness.deliver(
        desk.going("x", "A-1", "B1", 4, dispatch="shipped") if going else desk.exchange("x", "A-1", "B1", 5)
    )
    wrong = [{**desk.NAS, "serial_number": "R1"}, desk.DISK][:count]
    refused = await register("1", refused=True, serial_number="R1", articles=wrong)
    assert refused["code"] == ("exchange_under_way" if going else "exchanged_since")
    assert "A-1" in refused["title"]
    assert await desk.covered("A-1") == {"A-1": (going, "exchange_in_progress" if going else "replaced")}
    assert await desk.covered("B1", "R1") == {
        "B1": (False, "not_delivered") if going else (True, None),
        "R1": (False, "unknown_serial"),
    }


async def test_a_product_may_leave_its_contract_and_others_may_come_though_it_was_exchanged(
    harness: Harness, desk: Any, register: Any
) -> None:
    await register("1", serial_number="A-1", articles=[desk.NAS, desk.DISK])
    await harness.deliver(desk.exchange("x", "D1", "E1", 5))
    await register("1", serial_number="A-1", articles=[desk.NAS])
    await register("1", serial_number="A-1", articles=[desk.NAS, {**desk.DISK, "serial_number": "F1"}])
    assert await desk.covered("A-1", "E1", "F1") == {
        "A-1": (True, None),
        "E1": (False, "unknown_serial"),
        "F1": (True, None),
    }


async def test_an_exchange_that_is_told_before_its_contract_counts_once_that_is_registered(
    harness: Harness, desk: Any, register: Any
) -> None:
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    await register("1", serial_number="A-1", articles=[desk.NAS])
    assert await desk.covered("A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}
    assert [row["serial_number"] for row in (await desk.get("/contracts", q="B1"))["items"]] == ["B1"]


async def test_the_feed_tells_each_move_of_cover(harness: Harness, desk: Any, kit: None) -> None:
    for event in desk.CHAIN[:2]:
        await harness.deliver(event)
    feed = await desk.get("/backoffice/contracts/changes", back_office("contracts:read"), after=0)
    assert [(each["kind"], each["version"]) for each in feed["items"]] == [
        ("contract.registered", 1),
        ("contract.cover_moved", 2),
        ("contract.cover_moved", 3),
    ]
