"""Delivery addresses: which are on offer, under which label, and what an incident keeps of the one chosen."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, OTHER_RESELLER, RESELLER, back_office


async def offers(desk: Any, by: Any) -> list[str]:
    answer = await desk.as_(by).get("/delivery-addresses", params={"contract": "29962"})
    assert answer.status_code == 200, answer.text
    return [item["label"] for item in answer.json()["items"]]


async def refused(desk: Any, by: Any, address_id: Any) -> str:
    choice = {"delivery_address": {"address_id": str(address_id)}}
    problem = (await desk.as_(by).post("/incidents", json=desk.declaration(**choice))).json()
    assert (problem["status"], problem["field"]) == (409, "delivery_address.address_id")
    return str(problem["code"])


async def test_the_contracts_client_comes_first_then_the_declarer_the_primary_one_before_others(open_desk: Any) -> None:
    await open_desk.address("reseller", "REV-0001", "Revendeur Test", label="Dépôt")
    await open_desk.address("client", "CLI-0001", "Client Test", label="Annexe")
    await open_desk.address("client", "CLI-0001", "Client Test", primary=True)
    await open_desk.address("client", "CLI-0002", "Autre Client")
    of_client = ["Client Test - Adresse principale", "Client Test - Annexe"]
    assert await offers(open_desk, RESELLER) == [*of_client, "Revendeur Test - Dépôt"]
    assert await offers(open_desk, CLIENT) == await offers(open_desk, CLIENT_BASIC) == of_client


async def test_the_label_says_the_organisation_as_identity_names_it_now(open_desk: Any) -> None:
    await open_desk.address("client", "CLI-0001", "Ancien Nom")
    await open_desk.organisation("client", "CLI-0001", "Nouveau Nom")
    assert await offers(open_desk, CLIENT) == ["Nouveau Nom - Adresse principale"]


async def test_an_address_may_be_known_before_its_contract(desk: Any) -> None:
    address = await desk.address("client", "CLI-0001", "Client Test")
    await desk.register()
    await desk.declare(delivery_address={"address_id": str(address)})


async def test_a_deleted_address_is_not_offered_and_does_not_come_back_late(open_desk: Any) -> None:
    address = await open_desk.address("client", "CLI-0001", "Client Test", version=3, deleted=True)
    await open_desk.address("client", "CLI-0001", "Client Test", version=2, address_id=address)
    assert await offers(open_desk, CLIENT) == []
    assert await refused(open_desk, CLIENT, address) == "unknown_address"


async def test_the_incident_keeps_a_copy_of_the_address(open_desk: Any) -> None:
    address = await open_desk.address("client", "CLI-0001", "Client Test")
    number = await open_desk.declare(delivery_address={"address_id": str(address)})
    await open_desk.address("client", "CLI-0001", "Client Test", version=2, address_id=address, city="Paris")
    assert (await open_desk.incident(number))["delivery_address"]["city"] == "Lyon"


async def test_an_address_of_a_third_party_cannot_be_chosen(open_desk: Any) -> None:
    others = await open_desk.address("client", "CLI-0002", "Autre Client")
    resellers = await open_desk.address("reseller", "REV-0001", "Revendeur Test")
    assert await refused(open_desk, RESELLER, others) == "unknown_address"
    assert await refused(open_desk, CLIENT, resellers) == "unknown_address"
    assert await refused(open_desk, CLIENT, uuid4()) == "unknown_address"


async def test_addresses_of_a_foreign_contract_are_the_same_404_as_of_a_missing_one(open_desk: Any) -> None:
    foreign = await open_desk.as_(OTHER_RESELLER).get("/delivery-addresses?contract=29962")
    missing = await open_desk.as_(OTHER_RESELLER).get("/delivery-addresses?contract=4")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == missing.json()["code"]
    office = open_desk.as_(back_office("incidents:read"))
    assert (await office.get("/delivery-addresses?contract=29962")).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [("street", ""), ("city", "a\nb"), ("country", "France"), ("email", "nobody"), ("email", ""), ("phone", "call me")],
)
async def test_a_new_address_is_the_guides_form(open_desk: Any, field: str, value: str) -> None:
    wrong = {**open_desk.ADDRESS, field: value}
    body = open_desk.declaration(delivery_address={"address": wrong})
    answer = await open_desk.as_(CLIENT).post("/incidents", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [f"delivery_address.address.{field}"]


async def test_label_and_complement_may_be_left_out(open_desk: Any) -> None:
    short = {k: v for k, v in open_desk.ADDRESS.items() if k not in ("label", "complement")}
    number = await open_desk.declare(CLIENT, delivery_address={"address": short})
    assert (await open_desk.incident(number, CLIENT))["delivery_address"]["label"] == ""
