"""A product that SQP pays back instead of replacing it."""

from __future__ import annotations

from typing import Any

from services.incidents.tests.parcels import here

from devkit.harness import RESELLER, SQP
from web import clock


async def test_a_product_without_fault_that_was_to_be_credited_goes_back(desk: Any) -> None:
    number = await here(desk, "credit", "no_fault_found")
    line = await desk.step(number, "reverse", reason="fault_gone")
    assert (line["type"], line["stage"]) == ("repair", "to_ship")


async def test_a_product_that_was_paid_back_is_neither_declared_nor_exchanged_again(
    desk: Any,
) -> None:
    number = await here(desk, "credit", "as_expected")
    open_one = await desk.declare(title="Déclaré pendant le retour")
    line = await desk.step(number, "close")
    fact = line["timeline"][-1]
    assert (fact["step"], fact["sentence"]) == (
        "credited",
        "Appareil repris contre un avoir\u00a0: il n’est plus couvert.",
    )
    day = clock.today()
    assert (line["cover"], line["replaced_on"]) == ("credited", day.isoformat())
    assert line["cover_label"] == "Repris contre un avoir\u00a0: il n’est plus couvert."
    sentence = f"Le matériel Q207B17555 a été repris contre un avoir le {day:%d/%m/%Y}\u00a0: il n’est plus couvert."
    for is_heard in (False, True):
        if is_heard:
            await desk.register(version=2, credited_serial_numbers=["Q207B17555"])
        refused = await desk.as_(RESELLER).post("/incidents", json=desk.declaration(title="Encore"))
        assert (refused.status_code, refused.json()["code"]) == (409, "serial_credited")
        assert refused.json()["title"] == sentence
        found = (await desk.as_(SQP).get(f"/incidents/{open_one}/exchanges")).json()
        assert found["requestable"] == []
        asked = await desk.as_(SQP).post(
            f"/incidents/{open_one}/exchanges", json={"serial_number": "Q207B17555", "approve": True}
        )
        assert (asked.status_code, asked.json()["code"]) == (409, "serial_credited")
