"""A product that SQP paid back has no cover from that day on, and its contract goes on without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from devkit.harness import Harness
from events.contracts import ContractChanged


async def test_what_was_paid_back_is_covered_until_the_day_before_and_the_rest_goes_on(
    harness: Harness, desk: Any, kit: None
) -> None:
    credit = {"exchange_type": "credit", "step": "closed", "dispatch": "none", "cover": "credited"}
    await harness.deliver(desk.exchange("x", "A-1", None, 6, **credit))
    assert await desk.covered("A-1", "D1") == {"A-1": (False, "credited"), "D1": (True, None)}
    day = f"{desk.DELIVERED:%d/%m/%Y}"
    answer = await desk.get("/coverage", serial="A-1", on=desk.TODAY.isoformat())
    assert answer["sentence"] == f"Le matériel A-1 a été repris contre un avoir le {day}\u00a0: il n’est plus protégé."
    assert await desk.covered("A-1", on=desk.DELIVERED - timedelta(days=1)) == {"A-1": (True, None)}
    [told] = await harness.told(ContractChanged)
    assert isinstance(told, ContractChanged)
    assert told.cover_moved is not None
    assert (told.cover_moved.step, told.credited_serial_numbers) == ("credited", ["A-1", "A-1"])
    nas, disk = (await desk.get("/contracts/1"))["articles"]
    assert nas["hardware"]["credited"] == {"incident_number": "26051801", "credited_on": desk.DELIVERED.isoformat()}
    assert disk["hardware"]["credited"] is None


async def test_a_replacement_that_was_paid_back_ends_its_chain(harness: Harness, desk: Any, kit: None) -> None:
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    credit = {"exchange_type": "credit", "step": "closed", "dispatch": "none", "cover": "credited"}
    await harness.deliver(desk.exchange("y", "B1", None, 8, line=2, replaced_on=desk.TODAY, **credit))
    assert await desk.covered("A-1", "B1") == {"A-1": (False, "replaced"), "B1": (False, "credited")}


async def test_a_unit_that_was_paid_back_and_sent_out_again_is_covered(harness: Harness, desk: Any, kit: None) -> None:
    credit = {"exchange_type": "credit", "step": "closed", "dispatch": "none", "cover": "credited"}
    await harness.deliver(desk.exchange("x", "A-1", None, 6, **credit))
    await harness.deliver(desk.exchange("y", "D1", "A-1", 9, number="26051901", replaced_on=desk.TODAY))
    assert (await desk.covered("A-1"))["A-1"] == (True, None)
