"""The same declaration sent again, and incidents that are open on a product already."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, person
from web import clock

DISK = "Z9CBPM5M"
NAS = "Q207B17555"


async def test_a_declaration_sent_again_leads_to_the_incident_that_exists(open_desk: Any) -> None:
    number = await open_desk.declare(serial_numbers=[NAS, DISK])
    for changes in (
        {},
        {"description": "Écrit autrement"},
        {"serial_numbers": [DISK, NAS]},
        {"serial_numbers": [DISK.lower(), NAS]},
        {"serial_numbers": [f"{DISK[:3]}-{DISK[3:]}", f" {NAS.lower()}"], "contract_number": "0029962"},
        {"title": "problème avec mon nas"},
    ):
        body = open_desk.declaration(**{"serial_numbers": [NAS, DISK], **changes})
        answer = await open_desk.as_(RESELLER).post("/incidents", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "declared_already"), changes
        assert answer.json()["number"] == number


async def test_a_serial_number_that_was_registered_anew_in_another_notation_is_the_same(open_desk: Any) -> None:
    number = await open_desk.declare(serial_numbers=[NAS])
    respelled = [open_desk.NAS.model_copy(update={"serial_number": "q207b-17555"})]
    await open_desk.register(articles=respelled, version=2)
    answer = await open_desk.as_(RESELLER).post("/incidents", json=open_desk.declaration(serial_numbers=[NAS]))
    assert (answer.status_code, answer.json().get("number")) == (409, number)


async def test_two_at_once_make_one_incident(open_desk: Any) -> None:
    sent = [open_desk.as_(RESELLER).post("/incidents", json=open_desk.declaration()) for _ in range(4)]
    answers = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len({answer.json()["number"] for answer in answers}) == 1


@pytest.mark.parametrize(
    ("by", "changes"),
    [
        (RESELLER, {"title": "Un autre problème"}),
        (RESELLER, {"serial_numbers": [DISK]}),
        (RESELLER, {"serial_numbers": [NAS, DISK]}),
        (CLIENT, {}),
        (person("reseller", "REV-0001", name="Collègue"), {}),
    ],
)
async def test_what_differs_in_person_product_or_title_is_another_incident(
    open_desk: Any, by: Any, changes: dict[str, Any]
) -> None:
    await open_desk.declare(RESELLER)
    answer = await open_desk.as_(by).post("/incidents", json=open_desk.declaration(**changes))
    assert answer.status_code == 201


async def test_later_or_once_the_first_is_over_it_is_another_incident(open_desk: Any, at: Any) -> None:
    start = clock.now()
    at(start)
    number = await open_desk.declare(RESELLER)
    await open_desk.move(number, "cancelled", by=RESELLER)
    again = await open_desk.as_(RESELLER).post("/incidents", json=open_desk.declaration())
    assert again.status_code == 201
    at(start + timedelta(minutes=11))
    assert (await open_desk.as_(RESELLER).post("/incidents", json=open_desk.declaration())).status_code == 201


async def test_open_incidents_are_found_by_serial_number(open_desk: Any) -> None:
    on_nas = await open_desk.declare()
    on_disk = await open_desk.declare(serial_numbers=[DISK])
    over = await open_desk.declare()
    await open_desk.move(over, "cancelled")

    async def found(who: Any, *serials: str) -> set[str]:
        params: dict[str, Any] = {"open": "true", "serial": serials}
        answer = await open_desk.as_(who).get("/incidents", params=params)
        assert answer.status_code == 200
        return {row["number"] for row in answer.json()["items"]}

    assert await found(RESELLER, NAS) == {on_nas}
    assert await found(CLIENT, DISK) == {on_disk}
    assert await found(RESELLER, NAS, DISK) == {on_nas, on_disk}
    for notation in (NAS.lower(), "Q207B-17555", "*Q207B 17555*", "q207b/17.555"):
        assert await found(RESELLER, notation) == {on_nas}, notation
    for other in ("UNKNOWN", "Q207B1755", "Q207B175555", "TS-131K", "-"):
        assert await found(RESELLER, other) == set(), other
    assert await found(OTHER_RESELLER, NAS) == set()
