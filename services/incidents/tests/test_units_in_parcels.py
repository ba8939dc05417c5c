"""Which unit goes where: the first one back to its holder, another in its place, and what turns up late."""

from __future__ import annotations

from typing import Any

import pytest
from services.incidents.tests.parcels import here

from devkit.harness import SQP


async def test_a_parcel_that_was_given_up_and_turns_up_has_in_it_what_was_put_in(desk: Any) -> None:
    """A repaired unit: the line is about it again, as long as nothing else has left."""
    number = await here(desk, "repair", "as_expected")
    parcel = await desk.ship(number)
    await desk.news(parcel, "lost")
    line = await desk.step(number, "reserve", serial_number="AUTRE")
    assert "reverse" not in line["actions"]
    await desk.news(parcel, "delivered")
    line = await desk.line(number)
    assert (line["type"], line["cover"], line["replacement"], line["stage"]) == (
        "repair", "unchanged", None, "to_close",
    )  # fmt: skip


async def test_after_another_has_left_the_one_that_turns_up_is_told_to_sqp_alone(desk: Any) -> None:
    number = await here(desk, "repair", "as_expected")
    parcel = await desk.ship(number)
    await desk.news(parcel, "lost")
    await desk.step(number, "reserve", serial_number="AUTRE")
    second = await desk.ship(number)
    await desk.news(parcel, "delivered")
    line = await desk.line(number)
    assert (line["timeline"][-1]["step"], line["dispatch"]) == ("second_delivery", "shipped")
    await desk.news(second, "delivered")
    assert (await desk.line(number))["cover"] == "replaced"


async def test_cover_goes_to_the_unit_that_was_delivered(desk: Any) -> None:
    await desk.register()
    number = await desk.declare()
    await desk.exchange(number)
    await desk.step(number, "reserve", serial_number="PREMIER")
    parcel = await desk.ship(number)
    await desk.news(parcel, "lost")
    await desk.step(number, "reserve", serial_number="SECOND")
    await desk.news(parcel, "delivered")
    line = await desk.line(number)
    assert (line["cover"], line["replacement_serial_number"]) == ("replaced", "PREMIER")
    await desk.step(number, "reserve", serial_number="LU")
    assert (await desk.line(number))["replacement_serial_number"] == "LU"


@pytest.mark.parametrize("is_inspected", [True, False], ids=["inspected", "received"])
async def test_of_a_reversed_exchange_the_first_unit_goes_back_by_a_line_of_its_own(
    desk: Any, is_inspected: bool
) -> None:
    number = await desk.replaced("PARTI")
    await desk.step(number, "receive", serial_number="Q207B17555")
    if is_inspected:
        await desk.step(number, "inspect", outcome="no_fault_found")
    await desk.step(number, "reverse", reason="fault_gone")
    if not is_inspected:
        await desk.step(number, "inspect", outcome="no_fault_found")
    line = await desk.line(number, 2)
    assert (line["type"], line["serial_number"], line["stage"]) == ("repair", "Q207B17555", "to_ship")
    await desk.news(await desk.ship(number, 2), "delivered")
    line = await desk.step(number, "close", 2)
    assert (line["stage"], line["timeline"][-2]["sentence"]) == ("done", "Appareil d’origine livré.")
    await desk.step(number, "receive_replacement", serial_number="PARTI")
    assert (await desk.step(number, "close"))["stage"] == "done"
    assert len((await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["items"]) == 2


async def test_what_never_came_to_sqp_is_not_sent_back_by_a_reversal(desk: Any) -> None:
    number = await desk.replaced("PARTI")
    await desk.step(number, "receive", serial_number="ZZZ999")
    await desk.step(number, "inspect", outcome="mismatch", note="Autre")
    await desk.step(number, "reverse", reason="fault_gone")
    assert len((await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["items"]) == 1


async def test_what_is_sent_although_its_exchange_was_reversed_is_received_and_goes_back(desk: Any) -> None:
    number = await desk.replaced("PARTI")
    await desk.step(number, "reverse", reason="fault_gone")
    line = await desk.step(number, "receive", serial_number="Q207B17555")
    assert (line["stage"], line["replacement_return"]["state"]) == ("to_inspect", "expected")
    await desk.step(number, "inspect", outcome="no_fault_found")
    back = await desk.line(number, 2)
    assert (back["type"], back["serial_number"], back["stage"]) == ("repair", "Q207B17555", "to_ship")
    await desk.step(number, "receive_replacement", serial_number="PARTI")
    assert (await desk.step(number, "close"))["stage"] == "done"


async def test_a_unit_whose_own_exchange_was_taken_back_does_not_go_back(desk: Any) -> None:
    """A, B and C: C's exchange for B is reversed, then B's for A, while B is at SQP."""
    number = await desk.replaced("B")
    dead = await desk.step(number, "replacement_dead", note="Aucune LED")
    following = int(dead["timeline"][-1]["sentence"].split("n°\u00a0")[1].split()[0])
    await desk.step(number, "reserve", following, serial_number="C")
    await desk.news(await desk.ship(number, following), "delivered")
    await desk.step(number, "receive", following, serial_number="B")
    await desk.step(number, "reverse", following, reason="fault_gone")
    await desk.step(number, "reverse", reason="fault_gone")
    await desk.step(number, "inspect", following, outcome="no_fault_found")
    assert len((await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["items"]) == 2
    await desk.step(number, "receive_replacement", serial_number="B")
    await desk.step(number, "receive_replacement", following, serial_number="C")
    assert {(await desk.step(number, "close", line))["stage"] for line in (1, following)} == {"done"}


@pytest.mark.parametrize(("step", "more"), [("cancel", {"note": "Plus besoin"}), ("reverse", {"reason": "fault_gone"})])
async def test_an_exchange_is_not_taken_back_while_its_unit_is_on_its_way(
    desk: Any, step: str, more: dict[str, str]
) -> None:
    """Its holder has it no more, and SQP not yet."""
    await desk.register()
    number = await desk.replaced("PARTI") if step == "reverse" else await desk.declare()
    if step == "cancel":
        await desk.move(number, "in_diagnosis")
        await desk.exchange(number)
    await desk.step(number, "return_shipped", tracking_number="XY987654321FR")
    refused = await desk.try_step(number, step, **more)
    assert (refused.status_code, refused.json()["code"]) == (409, "return_is_under_way")
    assert step not in (await desk.line(number))["actions"]
    await desk.step(number, "return_lost", note="Introuvable")
    await desk.step(number, step, **more)


@pytest.mark.parametrize("leaves", [False, True], ids=["recalled", "lost"])
async def test_a_replacement_that_is_delivered_although_the_first_unit_goes_back_is_the_exchange_after_all(
    desk: Any, leaves: bool
) -> None:
    number = await here(desk, "standard_exchange", "no_fault_found")
    await desk.step(number, "reserve", serial_number="PARTI")
    parcel = await desk.ship(number, shipped=leaves)
    if leaves:
        await desk.news(parcel, "lost")
    line = await desk.step(number, "reverse", reason="fault_gone")
    assert (line["type"], line["dispatch"], "reserve" in line["actions"]) == ("repair", "none", False)
    await desk.news(parcel, "delivered")
    line = await desk.line(number)
    assert (line["type"], line["cover"], line["replacement_serial_number"]) == (
        "standard_exchange", "replaced", "PARTI",
    )  # fmt: skip


async def test_for_a_repaired_unit_that_is_lost_another_is_sent(desk: Any) -> None:
    number = await here(desk, "repair", "as_expected")
    await desk.news(await desk.ship(number), "lost")
    line = await desk.step(number, "reserve", serial_number="AUTRE")
    assert (line["type"], line["cover"], line["stage"]) == ("standard_exchange", "in_progress", "to_ship")
    await desk.news(await desk.ship(number), "delivered")
    line = await desk.step(number, "close")
    assert (line["cover"], line["replacement_serial_number"]) == ("replaced", "AUTRE")


async def test_nothing_comes_again_of_a_unit_that_went_back(desk: Any) -> None:
    number = await here(desk, "standard_exchange", "partial")
    await desk.step(number, "reverse", reason="not_covered")
    assert "send_label" in (await desk.line(number))["actions"]
    await desk.ship(number)
    assert not {"send_label", "return_shipped", "receive"} & set((await desk.line(number))["actions"])


@pytest.mark.parametrize("kind", ["standard_exchange", "advance_exchange"])
async def test_a_unit_without_fault_that_is_at_sqp_goes_back_to_its_holder(desk: Any, kind: str) -> None:
    number = await here(desk, kind, "no_fault_found")
    await desk.step(number, "reserve", serial_number="LIBRE")
    line = await desk.step(number, "reverse", reason="fault_gone")
    assert (line["type"], line["cover"], line["replacement"], line["stage"]) == ("repair", "unchanged", None, "to_ship")
    assert "l’appareil d’origine revient à son utilisateur" in line["timeline"][-1]["sentence"]
    await desk.news(await desk.ship(number), "delivered")
    line = await desk.step(number, "close")
    assert (line["stage"], line["cover"]) == ("done", "unchanged")
    await desk.exchange(number)
    await desk.step(number, "reserve", 2, serial_number="LIBRE")


@pytest.mark.parametrize("kind", ["standard_exchange", "repair"])
async def test_what_leaves_after_receipt_waits_for_the_right_unit(desk: Any, kind: str) -> None:
    number = await here(desk, kind, "mismatch", "ZZZ999")
    if kind == "standard_exchange":
        await desk.step(number, "reserve", serial_number="NEUF")
    line = await desk.line(number)
    assert line["stage"] == "to_decide"
    assert {each["action"] for each in (await desk.as_(SQP).get("/desk")).json()["items"]} == {"decide"}
    body = {"lines": [1], "carrier": "dpd", "shipped": True}
    refused = await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "ships_after_receipt")
    await desk.step(number, "receive", serial_number="Q207B17555")
    await desk.step(number, "inspect", outcome="as_expected")
    assert (await desk.as_(SQP).post(f"/incidents/{number}/shipments", json=body)).status_code == 201


@pytest.mark.parametrize("kind", ["standard_exchange", "repair"])
async def test_what_never_came_does_not_go_back(desk: Any, kind: str) -> None:
    number = await here(desk, kind, "mismatch", "ZZZ999")
    assert "reverse" not in (await desk.line(number))["actions"]


async def chosen_again(desk: Any, *, first: str = "lost", second_leaves: bool = True) -> tuple[str, str, str]:
    """An exchange whose first parcel failed and for which another unit was chosen: number, and both parcels."""
    await desk.register()
    number = await desk.declare()
    await desk.exchange(number)
    await desk.step(number, "reserve", serial_number="PREMIER")
    one = await desk.ship(number)
    await desk.news(one, first)
    await desk.step(number, "reserve", serial_number="SECOND")
    return number, one, await desk.ship(number, shipped=second_leaves)


@pytest.mark.parametrize("failure", ["lost", "returned_to_sender", "damaged"])
async def test_where_the_second_fails_after_the_first_was_found_the_line_is_about_the_first(
    desk: Any, failure: str
) -> None:
    number, one, two = await chosen_again(desk)
    await desk.news(one, "delivered")
    assert (await desk.line(number))["cover"] == "in_progress"
    await desk.news(two, failure)
    line = await desk.line(number)
    assert (line["cover"], line["replacement_serial_number"], line["dispatch"]) == ("replaced", "PREMIER", "delivered")


async def test_where_the_second_has_not_left_it_is_called_back(desk: Any) -> None:
    number, one, two = await chosen_again(desk, second_leaves=False)
    await desk.news(one, "delivered")
    line = await desk.line(number)
    assert (line["cover"], line["replacement_serial_number"]) == ("replaced", "PREMIER")
    assert {each["id"]: each["state"] for each in line["shipments"]} == {one: "delivered", two: "recalled"}


@pytest.mark.parametrize("second_leaves", [True, False])
async def test_a_repaired_unit_that_is_found_is_what_its_holder_has(desk: Any, second_leaves: bool) -> None:
    number = await here(desk, "repair", "as_expected")
    one = await desk.ship(number)
    await desk.news(one, "lost")
    await desk.step(number, "reserve", serial_number="AUTRE")
    two = await desk.ship(number, shipped=second_leaves)
    await desk.news(one, "delivered")
    if second_leaves:
        await desk.news(two, "lost")
    line = await desk.line(number)
    assert (line["type"], line["cover"], line["replacement"]) == ("repair", "unchanged", None)
    assert (await desk.step(number, "close"))["stage"] == "done"


@pytest.mark.parametrize(("found", "lines"), [("delivered", 1), ("returned_to_sender", 2)])
async def test_an_exchange_for_a_repaired_unit_that_is_lost_is_not_reversed_until_it_is_found(
    desk: Any, found: str, lines: int
) -> None:
    """At its holder's, who keeps it, or at SQP, which sends it once more."""
    number = await here(desk, "repair", "as_expected")
    one = await desk.ship(number)
    await desk.news(one, "lost")
    await desk.step(number, "reserve", serial_number="AUTRE")
    await desk.news(await desk.ship(number), "delivered")
    assert "reverse" not in (await desk.line(number))["actions"]
    refused = await desk.try_step(number, "reverse", reason="fault_gone")
    assert (refused.status_code, refused.json()["code"]) == (409, "first_unit_lost")
    assert (await desk.news(one, found)).status_code == 200
    line = await desk.step(number, "reverse", reason="fault_gone")
    assert line["cover"] == "returned"
    assert len((await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["items"]) == lines


async def test_a_unit_that_is_exchanged_anew_before_its_inspection_goes_back_by_that_exchange(desk: Any) -> None:
    number = await desk.replaced("PARTI")
    await desk.step(number, "receive", serial_number="Q207B17555")
    await desk.step(number, "reverse", reason="fault_gone")
    await desk.exchange(number, type="repair")
    assert (await desk.step(number, "inspect", outcome="no_fault_found"))["return"]["outcome"] == "no_fault_found"
    assert len((await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["items"]) == 2
