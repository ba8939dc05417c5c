"""A unit that two contracts of its client cover is exchanged once: both follow, whichever the incident names."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import Harness
from events.contracts import ContractChanged


@pytest.fixture
async def both(register: Any, desk: Any) -> None:
    """The contract, and its renewal that was sold as a contract of its own."""
    await register("1", serial_number="A-1", articles=[desk.NAS, desk.DISK])
    await register("2", serial_number="A-1", articles=[desk.NAS], started=-300, ends_in=700)


async def unit(desk: Any, number: str) -> str:
    return str((await desk.get(f"/contracts/{number}"))["serial_number"])


async def test_both_follow_an_exchange_and_its_reversal(harness: Harness, desk: Any, both: None) -> None:
    await harness.deliver(desk.going("x", "A-1", "B1", 3, dispatch="shipped"))
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    told = await harness.told(ContractChanged)
    assert [(each.number, each.serial_number) for each in told] == [
        ("1", "A-1"),
        ("2", "A-1"),
        ("1", "B1"),
        ("2", "B1"),
    ]
    assert [await unit(desk, each) for each in "12"] == ["B1", "B1"]
    assert await desk.covered("A-1", "B1") == {"A-1": (False, "replaced"), "B1": (True, None)}
    await harness.deliver(desk.exchange("x", "A-1", "B1", 6, step="reversed", cover="returned"))
    assert [await unit(desk, each) for each in "12"] == ["A-1", "A-1"]
    assert await desk.covered("A-1", "B1") == {"A-1": (True, None), "B1": (False, "returned")}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_chain_is_followed_in_whatever_order_and_by_incidents_of_either(
    harness: Harness, desk: Any, both: None, order: tuple[int, int]
) -> None:
    chain = (
        desk.exchange("x", "A-1", "B1", 5),
        desk.exchange("y", "B1", "C1", 7, contract_number="2", number="26051901", replaced_on=desk.TODAY),
    )
    for each in order:
        await harness.deliver(chain[each])
    assert [await unit(desk, each) for each in "12"] == ["C1", "C1"]
    assert await desk.covered("A-1", "B1", "C1") == {
        "A-1": (False, "replaced"),
        "B1": (False, "replaced"),
        "C1": (True, None),
    }


async def test_a_renewal_that_is_registered_meanwhile_follows_too(harness: Harness, desk: Any, register: Any) -> None:
    await register("1", serial_number="A-1")
    await harness.deliver(desk.going("x", "A-1", "B1", 3, dispatch="shipped"))
    await register("2", serial_number="A-1", ends_in=700)
    assert (await desk.get("/contracts/2"))["hardware"]["exchange"]["replacement_serial_number"] == "B1"
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    assert await unit(desk, "2") == "B1"


async def test_a_renewal_names_the_unit_of_now_and_not_one_that_was_replaced(
    harness: Harness, desk: Any, register: Any
) -> None:
    await register("1", serial_number="A-1")
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    refused = await register("2", refused=True, serial_number="A-1")
    assert (refused["code"], "B1" in refused["title"]) == ("exchanged_since", True)
    await register("2", serial_number="B1", ends_in=700)
    await harness.deliver(desk.exchange("x", "A-1", "B1", 6, step="reversed", cover="returned"))
    assert await unit(desk, "2") == "A-1"


async def test_a_unit_that_was_paid_back_is_no_product_of_a_new_registration(
    harness: Harness, desk: Any, register: Any, both: None
) -> None:
    credit = {"exchange_type": "credit", "step": "closed", "dispatch": "none", "cover": "credited"}
    await harness.deliver(desk.exchange("x", "A-1", None, 6, **credit))
    assert await desk.covered("A-1") == {"A-1": (False, "credited")}
    refused = await register("3", refused=True, serial_number="A-1")
    assert (refused["code"], "A-1" in refused["title"]) == ("credited_since", True)
    await register("2", serial_number="A-1", articles=[desk.NAS], started=-300, ends_in=900)


@pytest.mark.parametrize("moved", ["1", "2"])
@pytest.mark.parametrize("is_back", [False, True])
async def test_what_was_followed_once_is_followed_to_its_end_whoever_is_the_client_by_then(
    harness: Harness, desk: Any, register: Any, both: None, moved: str, is_back: bool
) -> None:
    await harness.deliver(desk.going("x", "A-1", "B1", 3, dispatch="shipped"))
    articles = [desk.NAS, desk.DISK] if moved == "1" else [desk.NAS]
    await register(moved, serial_number="A-1", client="CLI-0002", articles=articles)
    if is_back:
        await register(moved, serial_number="A-1", articles=articles)
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    assert [await unit(desk, each) for each in "12"] == ["B1", "B1"]
    await harness.deliver(desk.exchange("x", "A-1", "B1", 6, step="reversed", cover="returned"))
    assert [await unit(desk, each) for each in "12"] == ["A-1", "A-1"]


@pytest.mark.parametrize("changes", [{"client": "CLI-0002"}, {"client": None}])
async def test_contracts_of_others_follow_nothing(
    harness: Harness, desk: Any, register: Any, changes: dict[str, Any]
) -> None:
    """A unit that came back may be sold again."""
    await register("1", serial_number="A-1")
    await register("2", serial_number="A-1", **changes)
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5))
    assert await unit(desk, "2") == "A-1"
    await register("3", serial_number="A-1", **changes)


async def test_what_came_back_before_may_be_sold_to_the_same_client(harness: Harness, desk: Any, register: Any) -> None:
    await register("1", serial_number="A-1")
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5, step="reversed", cover="returned"))
    await register("2", serial_number="B1")
    await harness.deliver(desk.exchange("x", "A-1", "B1", 6, step="closed", cover="returned"))
    assert await unit(desk, "2") == "B1"
    assert await desk.covered("A-1", "B1") == {"A-1": (True, None), "B1": (True, None)}
