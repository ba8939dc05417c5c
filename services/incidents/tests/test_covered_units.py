"""After an exchange it is the replacement on which an incident is declared, as soon as contracts has said so."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import RESELLER, SQP

NEW = "Q251I02233"


async def test_declaring_on_a_unit_that_was_replaced_says_by_which(open_desk: Any) -> None:
    desk = open_desk
    first = await desk.declare()
    await desk.move(first, "in_diagnosis")
    await desk.exchange(first)
    await desk.step(first, "reserve", serial_number=NEW)
    parcel = await desk.ship(first)
    assert (await desk.news(parcel, "delivered")).status_code == 200
    replaced_on = (await desk.line(first))["replaced_on"]
    replaced = desk.NAS.model_copy(update={"serial_number": NEW})
    await desk.register(version=2, serial_number=NEW, articles=[replaced])

    refused = await desk.as_(RESELLER).post("/incidents", json=desk.declaration(title="Encore"))
    assert (refused.status_code, refused.json()["code"]) == (409, "serial_replaced")
    day = "/".join(reversed(replaced_on.split("-")))
    assert refused.json()["title"] == (
        f"Le matériel Q207B17555 a été remplacé par {NEW} le {day}\u00a0: déclarez l’incident sur {NEW}."
    )
    assert refused.json()["field"] == "serial_numbers"

    for step, more in (("receive", {}), ("inspect", {"outcome": "as_expected"}), ("close", {})):
        await desk.step(first, step, **more)
    asked = await desk.as_(RESELLER).post(
        f"/incidents/{first}/exchanges", json={"serial_number": "Q207B17555", "type": "advance_exchange"}
    )
    assert (asked.status_code, asked.json()["code"]) == (409, "serial_replaced")
    found = (await desk.as_(RESELLER).get(f"/incidents/{first}/exchanges")).json()
    assert "Q207B17555" not in found["requestable"]

    second = await desk.declare(title="Encore", serial_numbers=[NEW])
    assert [article["serial_number"] for article in (await desk.incident(second, SQP))["articles"]] == [NEW]


@pytest.mark.parametrize("is_heard", [True, False])
@pytest.mark.parametrize("is_back", [False, True], ids=["awaited", "back"])
async def test_a_unit_that_came_by_an_exchange_which_was_taken_back_is_not_exchanged(
    open_desk: Any, is_back: bool, is_heard: bool
) -> None:
    """As soon as it is taken back, whether or not contracts has heard of it."""
    desk = open_desk
    first = await desk.replaced(NEW)
    articles = [desk.NAS.model_copy(update={"serial_number": NEW})]
    await desk.register(version=2, serial_number=NEW, articles=articles)
    second = await desk.declare(title="Encore", serial_numbers=[NEW])
    found = (await desk.as_(RESELLER).get(f"/incidents/{second}/exchanges")).json()
    assert found["requestable"] == [NEW]
    await desk.step(first, "reverse", reason="fault_gone")
    if is_back:
        await desk.step(first, "receive_replacement", serial_number=NEW)
    if is_heard:
        await desk.register(version=3)
    found = (await desk.as_(RESELLER).get(f"/incidents/{second}/exchanges")).json()
    assert found["requestable"] == []
    asked = await desk.as_(SQP).post(f"/incidents/{second}/exchanges", json={"serial_number": NEW, "approve": True})
    assert (asked.status_code, asked.json()["code"], asked.json()["field"]) == (
        409, "serial_taken_back", "serial_number",
    )  # fmt: skip


async def test_a_unit_that_came_back_and_is_sent_out_again_is_in_use_however_old_its_line_is(open_desk: Any) -> None:
    """The line that it is sent on was asked for before the unit's own exchange."""
    desk = open_desk
    disk = "Z9CBPM5M"
    await desk.register()
    waiting = await desk.declare(serial_numbers=[disk], title="Disque")
    await desk.exchange(waiting, disk)
    nas = await desk.replaced(NEW)
    for step, more in (("receive", {}), ("inspect", {"outcome": "no_fault_found"}), ("close", {})):
        await desk.step(nas, step, **more)
    await desk.register(version=2, articles=[desk.NAS.model_copy(update={"serial_number": NEW}), desk.DISK])
    substitute = {"product_reference": desk.NAS.product_reference, "reason": "Plus de disques"}
    await desk.step(waiting, "reserve", serial_number="Q207B17555", condition="reconditioned", **substitute)
    await desk.news(await desk.ship(waiting), "delivered")
    assert {"reverse", "replacement_dead"} <= set((await desk.line(waiting))["actions"])
    line = await desk.step(waiting, "replacement_dead", 1, note="Aucune LED")
    assert line["timeline"][-1]["sentence"].endswith("échange n°\u00a02 ouvert.")


@pytest.mark.parametrize("is_heard", [True, False])
async def test_a_unit_that_was_corrected_away_is_not_offered_for_the_exchange_that_is_refused(
    open_desk: Any, is_heard: bool
) -> None:
    desk = open_desk
    first = await desk.replaced(NEW)
    await desk.register(version=2, serial_number=NEW, articles=[desk.NAS.model_copy(update={"serial_number": NEW})])
    second = await desk.declare(title="Encore", serial_numbers=[NEW])
    await desk.step(first, "reserve", serial_number="LU")
    if is_heard:
        await desk.register(version=3, serial_number="LU", articles=[])
    found = (await desk.as_(RESELLER).get(f"/incidents/{second}/exchanges")).json()
    assert found["requestable"] == []
    asked = await desk.as_(SQP).post(f"/incidents/{second}/exchanges", json={"serial_number": NEW, "approve": True})
    assert (asked.status_code, asked.json()["code"]) == (409, "serial_taken_back")


@pytest.mark.parametrize("is_heard", [True, False])
@pytest.mark.parametrize("was_rejected", [False, True])
async def test_a_unit_that_another_was_sent_for_after_all_is_not_exchanged(
    open_desk: Any, was_rejected: bool, is_heard: bool
) -> None:
    desk = open_desk
    first = await desk.replaced(NEW)
    await desk.register(version=2, serial_number=NEW, articles=[desk.NAS.model_copy(update={"serial_number": NEW})])
    second = await desk.declare(title="Encore", serial_numbers=[NEW])
    if was_rejected:
        asked = await desk.as_(SQP).post(f"/incidents/{second}/exchanges", json={"serial_number": NEW})
        assert asked.status_code == 201
        await desk.step(second, "reject", note="Non")
    await desk.step(first, "reserve", serial_number="VRAI")
    if is_heard:
        await desk.register(version=3, articles=[desk.NAS.model_copy(update={"serial_number": "VRAI"})])
    asked = await desk.as_(SQP).post(f"/incidents/{second}/exchanges", json={"serial_number": NEW, "approve": True})
    assert (asked.status_code, asked.json()["code"]) == (409, "serial_taken_back")


async def test_a_unit_that_was_taken_back_and_sold_anew_may_be_exchanged(open_desk: Any) -> None:
    desk = open_desk
    first = await desk.replaced(NEW)
    await desk.step(first, "reverse", reason="fault_gone")
    await desk.step(first, "receive_replacement", serial_number=NEW)
    await desk.register(number="40001", articles=[desk.NAS.model_copy(update={"serial_number": NEW})])
    second = await desk.declare(title="Vendu", contract_number="40001", serial_numbers=[NEW])
    await desk.exchange(second, NEW)


@pytest.mark.parametrize("is_asked", [True, False])
async def test_a_product_that_left_its_contract_since_the_declaration_is_not_exchanged(
    open_desk: Any, is_asked: bool
) -> None:
    """Its serial number was corrected: what was sent for the old one would be covered by nothing."""
    desk = open_desk
    number = await desk.declare()
    await desk.move(number, "in_diagnosis")
    if is_asked:
        asked = {"serial_number": "Q207B17555", "type": "advance_exchange"}
        assert (await desk.as_(RESELLER).post(f"/incidents/{number}/exchanges", json=asked)).status_code == 201
    corrected = desk.NAS.model_copy(update={"serial_number": "Q207B17556"})
    await desk.register(version=2, serial_number="Q207B17556", articles=[corrected])
    found = (await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()
    assert found["requestable"] == []
    if is_asked:
        refused = await desk.try_step(number, "approve")
    else:
        wanted = {"serial_number": "Q207B17555", "approve": True}
        refused = await desk.as_(SQP).post(f"/incidents/{number}/exchanges", json=wanted)
    assert (refused.status_code, refused.json()["code"]) == (409, "serial_left")
    if is_asked:
        await desk.step(number, "reject", note="N° corrigé")
    await desk.exchange(await desk.declare(title="Encore", serial_numbers=["Q207B17556"]), "Q207B17556")


@pytest.mark.parametrize("kind", ["standard_exchange", "credit"])
async def test_what_was_replaced_or_paid_back_under_another_contract_of_its_client_is_said_to_be(
    open_desk: Any, kind: str
) -> None:
    """Its renewal was sold as a contract of its own."""
    desk = open_desk
    renewal = {"number": "555", "articles": [desk.NAS]}
    await desk.register(**renewal)
    other = await desk.declare(title="Sous l’autre", contract_number="555")
    await desk.move(other, "in_diagnosis")
    number = await desk.declare()
    await desk.exchange(number, type=kind)
    await desk.step(number, "receive", serial_number="Q207B17555")
    await desk.step(number, "inspect", outcome="as_expected", note="Vu")
    if kind == "standard_exchange":
        await desk.step(number, "reserve", serial_number=NEW)
        await desk.news(await desk.ship(number), "delivered")
    await desk.step(number, "close")

    async def ask(on: str) -> Any:
        wanted = {"serial_number": "Q207B17555", "approve": True}
        return await desk.as_(SQP).post(f"/incidents/{on}/exchanges", json=wanted)

    assert (await ask(other)).status_code == 409, "before contracts has told of the other one"
    if kind == "credit":
        await desk.register(**renewal, version=2, credited_serial_numbers=["Q207B17555"])
    else:
        follows = desk.NAS.model_copy(update={"serial_number": NEW})
        await desk.register(number="555", version=2, serial_number=NEW, articles=[follows])
    again = desk.declaration(title="Encore", contract_number="555")
    refused = await desk.as_(RESELLER).post("/incidents", json=again)
    code = "serial_credited" if kind == "credit" else "serial_replaced"
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    asked = await ask(other)
    assert (asked.status_code, asked.json()["code"]) == (409, code)
