"""Delivery addresses: one is primary, and a reseller keeps its clients' too."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from services.identity.tests.cases import SQP_BASIC

from devkit.harness import CLIENT, OTHER_CLIENT, OTHER_RESELLER, RESELLER, SQP
from events.identity import AddressChanged

ADDRESS = {"label": "Dépôt", "street": "1 rue du Test", "postal_code": "69001", "city": "Lyon", "country": "FR"}


async def add_address(world: Any, principal: Any = RESELLER, **changes: Any) -> Any:
    return await world.call("POST", "/addresses", principal, json={**ADDRESS, **changes})


@pytest.mark.parametrize("primary", [0, 1, "no", 0.0])
async def test_a_number_or_a_word_is_no_boolean(world: Any, primary: Any) -> None:
    answer = await add_address(world, primary=primary)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "primary")


async def test_a_new_name_is_told_of_each_address(world: Any, told: Any) -> None:
    await add_address(world)
    await world.change("/organisation", RESELLER, {"name": "Nouveau"})
    event = (await told(AddressChanged))[-1]
    assert (event.organisation_name, event.version) == ("Nouveau", 2)


async def test_the_first_address_is_primary_and_there_is_only_one(world: Any, told: Any) -> None:
    first = (await add_address(world)).json()
    second = (await add_address(world, label="Bureau", primary=True)).json()
    assert (first["primary"], second["primary"]) == (True, True)
    listed = (await world.call("GET", "/addresses", RESELLER)).json()["items"]
    assert {item["label"]: item["primary"] for item in listed} == {"Dépôt": False, "Bureau": True}
    assert [(event.address.label, event.primary, event.version) for event in await told(AddressChanged)] == [
        ("Dépôt", True, 1),
        ("Dépôt", False, 2),
        ("Bureau", True, 1),
    ]


async def test_addresses_made_primary_at_once_leave_one_primary(world: Any) -> None:
    await asyncio.gather(*(add_address(world, label=f"A{n}", primary=True) for n in range(5)))
    listed = (await world.call("GET", "/addresses", RESELLER)).json()["items"]
    assert sum(item["primary"] for item in listed) == 1
    others = [item for item in listed if not item["primary"]][:3]
    changes = (world.change(f"/addresses/{item['id']}", RESELLER, {"primary": True}) for item in others)
    answers = [answer.status_code for answer in await asyncio.gather(*changes)]
    assert 200 in answers
    assert set(answers) <= {200, 412}
    listed = (await world.call("GET", "/addresses", RESELLER)).json()["items"]
    assert sum(item["primary"] for item in listed) == 1


async def test_a_deleted_address_leaves_a_tombstone_and_an_heir(world: Any, told: Any) -> None:
    first = (await add_address(world)).json()
    await add_address(world, label="Bureau")
    assert (await world.call("DELETE", f"/addresses/{first['id']}", RESELLER)).status_code == 204
    assert (await world.call("GET", f"/addresses/{first['id']}", RESELLER)).status_code == 404
    tombstone, heir = (await told(AddressChanged))[-2:]
    assert (tombstone.deleted, tombstone.version) == (True, 2)
    assert (heir.address.label, heir.primary, heir.version) == ("Bureau", True, 2)


async def test_a_reseller_manages_its_clients_addresses_and_no_others(world: Any) -> None:
    mine, foreign = str(CLIENT.organisation_id), str(OTHER_CLIENT.organisation_id)
    created = await add_address(world, organisation_id=mine)
    assert created.json()["organisation_id"] == mine
    path = f"/addresses/{created.json()['id']}"
    assert (await world.change(path, RESELLER, {"city": "Paris"})).json()["city"] == "Paris"
    assert (await world.call("GET", path, CLIENT)).json()["city"] == "Paris"
    listed = await world.call("GET", "/addresses", RESELLER, params={"organisation_id": mine})
    assert listed.json()["total"] == 1
    for organisation in (foreign, str(SQP.organisation_id), str(OTHER_RESELLER.organisation_id)):
        assert (await add_address(world, organisation_id=organisation)).status_code == 404
        seen = await world.call("GET", "/addresses", RESELLER, params={"organisation_id": organisation})
        assert seen.status_code == 404
    assert (await add_address(world, CLIENT, organisation_id=str(RESELLER.organisation_id))).status_code == 404
    assert (await world.call("DELETE", path, OTHER_RESELLER)).status_code == 404


async def test_sqps_administrators_save_the_address_that_a_caller_gives(world: Any) -> None:
    for of in (RESELLER, CLIENT):
        created = await add_address(world, SQP, organisation_id=str(of.organisation_id))
        assert (created.status_code, created.json()["organisation_id"]) == (201, str(of.organisation_id))
        path = f"/addresses/{created.json()['id']}"
        assert (await world.call("GET", path, of)).status_code == 200
        assert (await world.call("DELETE", path, SQP)).status_code == 404
    assert (await add_address(world, SQP_BASIC, organisation_id=str(CLIENT.organisation_id))).status_code == 403
    assert (await add_address(world, SQP, organisation_id=str(uuid4()))).status_code == 404


@pytest.mark.parametrize("changes", [{"country": "France"}, {"street": ""}, {"city": "a\nb"}, {"label": "x" * 201}])
async def test_malformed_addresses_are_refused(world: Any, changes: dict[str, str]) -> None:
    assert (await add_address(world, **changes)).status_code == 422
