"""Addresses that take no exchange in advance: said when declaring, on the incident, and before SQP approves."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import RESELLER, SQP

BOX = {"street": "BP 1200", "city": "Lyon", "postal_code": "69003"}
WARNING = "Un échange avancé est remis en main propre et ne peut pas être livré à l’adresse de l’incident"


async def declared(desk: Any, contract: str = "29962", **address: Any) -> Any:
    body = desk.declaration(contract_number=contract, delivery_address={"address": {**desk.ADDRESS, **address}})
    answer = await desk.as_(RESELLER).post("/incidents", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "address", [BOX, {"city": "LYON CEDEX 03"}, {"complement": "CS 30001"}, {"street": "Poste restante"}]
)
async def test_the_declarer_is_told_that_the_address_takes_no_exchange_in_advance_and_declares_all_the_same(
    desk: Any, address: dict[str, str]
) -> None:
    await desk.register()
    told = await declared(desk, **address)
    assert told["address_warning"].startswith(WARNING)
    incident = (await desk.as_(RESELLER).get(f"/incidents/{told['number']}")).json()
    assert "indiquez par la messagerie une adresse" in incident["address_warning"]


async def test_nothing_is_said_of_an_address_that_is_attended_or_where_no_exchange_is_promised(desk: Any) -> None:
    await desk.register()
    await desk.register(number="30002", serial_number="Q207B17555", service_level="Retour atelier")
    assert (await declared(desk))["address_warning"] == ""
    assert (await declared(desk, "30002", **BOX))["address_warning"] == ""


async def test_the_form_of_a_declaration_says_which_addresses_will_not_do(desk: Any) -> None:
    await desk.register()
    told = (await desk.as_(RESELLER).get("/incidents/choices", params={"contract": "29962"})).json()["advance"]
    assert "une boîte postale (BP), un CS ou un CEDEX ne convient pas" in told["addresses"]


async def test_sqp_reads_the_warning_before_it_approves_and_may_approve(desk: Any) -> None:
    await desk.register()
    number = (await declared(desk, **BOX))["number"]
    await desk.exchange(number, by=RESELLER)
    found = (await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()
    assert found["address_warning"].endswith("demandez-en une où quelqu’un réceptionne.")
    await desk.step(number, "approve")
    await desk.step(number, "reserve", serial_number="NEW1")
    elsewhere = {**desk.ADDRESS, "street": "8 quai Rambaud"}
    await desk.news(await desk.ship(number, address=elsewhere), "delivered")
    assert (await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["address_warning"] == ""


async def test_an_address_that_is_offered_says_that_it_takes_no_exchange_in_advance(open_desk: Any) -> None:
    await open_desk.address("client", "CLI-0001", "Client Test", street="BP 12", primary=True)
    await open_desk.address("client", "CLI-0001", "Client Test")
    offered = (await open_desk.as_(RESELLER).get("/delivery-addresses", params={"contract": "29962"})).json()["items"]
    assert ["(« BP 12 »)" in each["warning"].replace("\xa0", " ") for each in offered] == [True, False]
