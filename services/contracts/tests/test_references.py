"""A product reference has one rule, in contracts, in the catalogue and as the end of a path."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from devkit.harness import RESELLER, Harness, back_office

WRITER = back_office("contracts:write")
LINK = "https://sqp.example/specification.pdf"
CONTRACT = {
    "serial_number": "S101",
    "reseller": {"code": "REV-0001", "name": "Revendeur", "email": "revendeur@sqp.example"},
    "starts_on": "2024-01-01",
    "warranty_ends_on": "2027-01-01",
}


@pytest.mark.parametrize("safe", ["/", ""], ids=["plain", "encoded"])
@pytest.mark.parametrize("reference", ["MXK32FN/A", "CL/10GbE/SFP+", "Pièce n° 5 %2F?#", "a/..b"])
async def test_what_a_contract_names_has_an_entry_in_the_catalogue(
    harness: Harness, register: Any, reference: str, safe: str
) -> None:
    article = {"designation": "NAS", "product_reference": reference, "serial_number": "N1"}
    await register("100", product_reference=reference, articles=[article])
    path = f"/api/v1/backoffice/products/{quote(reference, safe=safe)}"
    async with harness.client(WRITER) as http:
        put = await http.put(path, json={"specification_url": LINK})
        got = await http.get(path)
    assert (put.status_code, got.status_code) == (200, 200), put.text
    assert (put.json()["reference"], got.json()["reference"]) == (reference, reference)
    async with harness.client(RESELLER) as http:
        [found] = (await http.get("/api/v1/contracts", params={"q": reference})).json()["items"]
        contract = (await http.get("/api/v1/contracts/100")).json()
    assert found["number"] == "100"
    assert contract["articles"][0]["specification_url"] == LINK


@pytest.mark.parametrize(
    "address",
    [
        "http://[::1",
        "http://",
        "https:///x",
        "http://:80/",
        "https://x:y/",
        "https://x:0/",
        "http://x]y",
        "ftp://x.fr",
        "//x.fr",
    ],
)
@pytest.mark.parametrize("field", ["specification_url", "picture_url"])
async def test_an_address_that_leads_nowhere_is_refused(harness: Harness, field: str, address: str) -> None:
    async with harness.client(WRITER) as http:
        put = await http.put("/api/v1/backoffice/products/TS-1", json={field: address})
    assert (put.status_code, put.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("reference", ["A//B", "/A", "A/", "A\\B", "A/../B", "./A", "A\u0001B"])
async def test_what_could_be_no_path_is_refused_everywhere(harness: Harness, reference: str) -> None:
    offer = {"applies_to_product_reference": reference, "label": "Extension", "months": 12}
    async with harness.client(WRITER) as http:
        body = {**CONTRACT, "product_reference": reference}
        answers = [
            await http.put("/api/v1/backoffice/contracts/101", json=body),
            await http.put("/api/v1/backoffice/extension-offers/CL", json=offer),
            await http.put(f"/api/v1/backoffice/products/{quote(reference, safe='')}", json={}),
        ]
    assert [answer.status_code for answer in answers] == [422, 422, 422]


@pytest.mark.parametrize("number", ["100", "0100"])
@pytest.mark.parametrize("order", ["CMD-1", "cmd-1"])
async def test_an_order_is_withdrawn_as_it_was_written(
    harness: Harness, register: Any, number: str, order: str
) -> None:
    await register("100")
    offer = {"applies_to_product_reference": "TS-131K-1TIW", "label": "Extension", "months": 12}
    extensions = f"/api/v1/backoffice/contracts/{number}/extensions"
    async with harness.client(WRITER) as http:
        await http.put("/api/v1/backoffice/extension-offers/CL", json=offer)
        before = (await http.post(extensions, json={"order_id": order, "sku": "CL"})).json()
        after = await http.delete(f"{extensions}/{order}")
    assert after.status_code == 200
    assert after.json()["warranty_ends_on"] < before["warranty_ends_on"]
