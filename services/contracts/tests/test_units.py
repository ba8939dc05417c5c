"""The unit that a contract shows, once its product was exchanged."""

from __future__ import annotations

from typing import Any

from devkit.harness import Harness, back_office
from events.contracts import ContractChanged, ContractExtended


async def test_a_contract_without_articles_follows_its_own_product(harness: Harness, desk: Any, register: Any) -> None:
    await register("1", serial_number="A-1")
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5, replacement_reference="TS-133"))
    contract = await desk.get("/contracts/1")
    assert (contract["serial_number"], contract["articles"]) == ("B1", [])
    assert contract["hardware"]["history"][0]["replacement_reference"] == "TS-133"
    [told] = await harness.told(ContractChanged)
    assert (told.serial_number, told.product_reference) == ("B1", "TS-133")


async def test_a_contract_is_found_by_every_unit_it_covered_and_listed_with_the_last(
    harness: Harness, desk: Any, kit: None, register: Any
) -> None:
    await register("2", serial_number="B0")
    for event in desk.CHAIN:
        await harness.deliver(event)
    for serial in ("A-1", "a1", "B1", "c1"):
        [row] = (await desk.get("/contracts", q=serial))["items"]
        assert (row["number"], row["serial_number"]) == ("1", "C1")
    rows = (await desk.get("/contracts", sort="serial_number"))["items"]
    assert [row["serial_number"] for row in rows] == ["B0", "C1"]
    renewals = (await desk.get("/renewals", sort="serial_number"))["items"]
    assert [row["serial_number"] for row in renewals] == ["B0", "C1"]


async def test_offers_follow_the_registered_reference(harness: Harness, desk: Any, kit: None) -> None:
    async with harness.client(back_office("contracts:write")) as http:
        for sku, reference in (("OLD", "TS-131K"), ("NEW", "TS-133")):
            offer = {"applies_to_product_reference": reference, "label": sku, "months": 12}
            assert (await http.put(f"/api/v1/backoffice/extension-offers/{sku}", json=offer)).status_code == 200
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5, replacement_reference="TS-133"))
    contract = await desk.get("/contracts/1")
    assert [offer["sku"] for offer in contract["extension_offers"]] == ["OLD"]
    async with harness.client(back_office("contracts:write")) as http:
        order = {"order_id": "O1", "sku": "OLD"}
        answer = await http.post("/api/v1/backoffice/contracts/1/extensions", json=order)
    assert answer.status_code == 201
    [extended] = await harness.told(ContractExtended)
    assert (extended.serial_number, extended.former_serial_numbers) == ("B1", ["A-1"])


async def test_a_substitute_has_its_own_links_of_the_catalogue(harness: Harness, desk: Any, register: Any) -> None:
    await register("1", serial_number="A-1", articles=[{**desk.NAS, "specification_url": "https://maker.example/131"}])
    async with harness.client(back_office("contracts:write")) as http:
        await http.put("/api/v1/backoffice/products/TS-133", json={"specification_url": "https://maker.example/133"})
    await harness.deliver(desk.exchange("x", "A-1", "B1", 5, replacement_reference="TS-133"))
    [nas] = (await desk.get("/contracts/1"))["articles"]
    assert (nas["product_reference"], nas["specification_url"]) == ("TS-133", "https://maker.example/133")
