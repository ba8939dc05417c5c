"""After an exchange it is the replacement on which an incident is declared, as soon as contracts has said so."""

from __future__ import annotations

from typing import Any

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
