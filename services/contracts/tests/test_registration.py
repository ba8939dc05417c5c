"""The back office registers contracts: idempotent, and never undoing what came later."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import RESELLER, Harness, back_office
from events import organisation_id
from events.contracts import ContractChanged, ContractExtended, ContractRegistered
from events.identity import OrganisationChanged

WRITER = back_office("contracts:write")


def contract(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "product_reference": "TS-131K-1TIW",
        "serial_number": "Q207B17555",
        "reseller": {"code": "REV-0001", "name": "Revendeur Test", "email": "revendeur_test@sqp.fr"},
        "client": {"code": "CLI-0001", "name": "Client Test", "email": "client_test@sqp.fr"},
        "starts_on": "2020-12-09",
        "warranty_ends_on": "2023-12-09",
        "articles": [
            {"designation": "NAS QNAP Tour", "product_reference": "TS-131K", "serial_number": "Q207B17555"},
            {"designation": "Disque dur", "product_reference": "ST1000VN002", "serial_number": "Z9CBPM5M"},
        ],
    }
    return {**body, **changes}


OFFER = {"applies_to_product_reference": "TS-131K", "label": "Extension 2 ans", "months": 24}


async def register(harness: Harness, number: str = "29962", **changes: Any) -> None:
    async with harness.client(WRITER) as http:
        answer = await http.put(f"/api/v1/backoffice/contracts/{number}", json=contract(**changes))
    assert answer.status_code in (200, 201), answer.text


async def test_a_new_contract_is_told_once_with_its_parties(harness: Harness) -> None:
    async with harness.client(WRITER) as http:
        first = await http.put("/api/v1/backoffice/contracts/29962", json=contract())
        again = await http.put("/api/v1/backoffice/contracts/29962", json=contract())
    assert (first.status_code, again.status_code) == (201, 200)
    [told] = await harness.told()
    assert isinstance(told, ContractRegistered)
    assert told.reseller.organisation_id == organisation_id("reseller", "REV-0001")
    assert [article.serial_number for article in told.articles] == ["Q207B17555", "Z9CBPM5M"]


async def test_other_content_is_a_change_with_a_higher_version(harness: Harness) -> None:
    await register(harness)
    await register(harness, serial_number="Q207B17556")
    [changed] = await harness.told(ContractChanged)
    assert changed.version == 2


async def test_a_repeated_registration_undoes_no_extension(harness: Harness) -> None:
    await register(harness)
    async with harness.client(WRITER) as http:
        await http.put("/api/v1/backoffice/extension-offers/CL-SV", json=OFFER)
        order = {"order_id": "CMD-1", "sku": "CL-SV"}
        extended = await http.post("/api/v1/backoffice/contracts/29962/extensions", json=order)
        repeated = await http.post("/api/v1/backoffice/contracts/29962/extensions", json=order)
    await register(harness)
    assert extended.status_code == 201
    assert extended.json()["warranty_ends_on"] == "2025-12-09"
    assert repeated.status_code == 200
    assert len(await harness.told(ContractExtended)) == 1
    async with harness.client(RESELLER) as http:
        seen = (await http.get("/api/v1/contracts/29962")).json()
    assert seen["warranty_ends_on"] == "2025-12-09"


async def test_an_extension_ordered_by_mistake_is_taken_back(harness: Harness) -> None:
    await register(harness)
    await register(harness, "29963")
    order = {"order_id": "CMD-1", "sku": "CL-SV", "ordered_at": "2023-12-20T09:00:00"}
    taken_back = "/api/v1/backoffice/contracts/29962/extensions/CMD-1"
    async with harness.client(WRITER) as http:
        await http.put("/api/v1/backoffice/extension-offers/CL-SV", json=OFFER)
        extended = await http.post("/api/v1/backoffice/contracts/29962/extensions", json=order)
        elsewhere = await http.delete("/api/v1/backoffice/contracts/29963/extensions/CMD-1")
        first, again = await http.delete(taken_back), await http.delete(taken_back)
        missing = await http.delete("/api/v1/backoffice/contracts/1/extensions/CMD-1")
        right = await http.post("/api/v1/backoffice/contracts/29963/extensions", json=order)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "order_used_elsewhere")
    assert (missing.status_code, missing.json()["code"]) == (404, "contract_not_found")
    assert [answer.status_code for answer in (first, again)] == [200, 200]
    assert first.json() == again.json() != extended.json()
    assert first.json()["warranty_ends_on"] == "2023-12-09"
    assert right.status_code == 201
    changes = [event for event in await harness.told() if isinstance(event, ContractChanged)]
    [told] = [event for event in changes if event.withdrawn_order_id]
    assert (told.withdrawn_order_id, told.extensions, told.version) == ("CMD-1", [], 3)
    async with harness.client(RESELLER) as http:
        seen = (await http.get("/api/v1/contracts/29962")).json()
    assert (seen["extensions"], seen["warranty_ends_on"]) == ([], "2023-12-09")


@pytest.mark.parametrize(
    "ordered_at",
    [
        "0001-01-01T00:00:00+01:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "1989-12-31",
        "2101-01-01",
        1e12,
    ],
)
async def test_an_order_of_no_time_is_refused(harness: Harness, ordered_at: Any) -> None:
    await register(harness)
    async with harness.client(WRITER) as http:
        await http.put("/api/v1/backoffice/extension-offers/CL-SV", json=OFFER)
        order = {"order_id": "CMD-1", "sku": "CL-SV", "ordered_at": ordered_at}
        answer = await http.post("/api/v1/backoffice/contracts/29962/extensions", json=order)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["ordered_at"])


async def test_no_extension_moves_the_end_past_what_any_reader_shows(harness: Harness) -> None:
    await register(harness, warranty_ends_on="2100-06-30")
    async with harness.client(WRITER) as http:
        await http.put("/api/v1/backoffice/extension-offers/CL-SV", json={**OFFER, "months": 6})
        ends = []
        for order_id in ("CMD-1", "CMD-2"):
            order = {"order_id": order_id, "sku": "CL-SV"}
            answer = await http.post("/api/v1/backoffice/contracts/29962/extensions", json=order)
            ends.append((answer.status_code, answer.json().get("warranty_ends_on") or answer.json()["code"]))
    assert ends == [(201, "2100-12-30"), (409, "cover_ends_too_late")]


async def test_an_order_without_zone_is_one_of_paris(harness: Harness) -> None:
    await register(harness)
    async with harness.client(WRITER) as http:
        await http.put("/api/v1/backoffice/extension-offers/CL-SV", json=OFFER)
        order = {"order_id": "CMD-1", "sku": "CL-SV", "ordered_at": "2023-07-01T00:30:00"}
        assert (await http.post("/api/v1/backoffice/contracts/29962/extensions", json=order)).status_code == 201
    [told] = await harness.told(ContractExtended)
    assert isinstance(told, ContractExtended)
    assert told.extensions[0].ordered_at.isoformat() == "2023-06-30T22:30:00+00:00"


async def test_any_notation_of_a_phone_and_an_address_registers_one_contract(harness: Harness) -> None:
    reseller = contract()["reseller"]
    await register(harness, reseller={**reseller, "phone": "01\u202f23\u00a045 67\u201189 poste 12"})
    await register(harness, reseller={**reseller, "phone": "tel:+33123456789;ext=12"})
    [told] = await harness.told()
    assert isinstance(told, ContractRegistered)
    assert told.reseller.phone == "+33123456789;ext=12"


async def test_a_contract_cannot_change_reseller(harness: Harness) -> None:
    await register(harness)
    moved = contract(reseller={"code": "REV-0002", "name": "Autre", "email": "a@autre.fr"}, client=None)
    async with harness.client(WRITER) as http:
        answer = await http.put("/api/v1/backoffice/contracts/29962", json=moved)
    assert (answer.status_code, answer.json()["code"]) == (409, "reseller_changed")


async def test_a_client_belongs_to_one_reseller(harness: Harness) -> None:
    await register(harness)
    async with harness.client(WRITER) as http:
        other = {"code": "REV-0002", "name": "Autre", "email": "a@autre.fr"}
        answer = await http.put("/api/v1/backoffice/contracts/1", json=contract(reseller=other))
    assert (answer.status_code, answer.json()["code"]) == (409, "client_of_another_reseller")
    assert len(await harness.told()) == 1


async def test_what_identity_says_of_an_organisation_is_never_overwritten_by_a_contract(harness: Harness) -> None:
    await register(harness)
    client = organisation_id("client", "CLI-0001")
    event = OrganisationChanged(
        version=2, organisation_id=client, kind="client", code="CLI-0001", name="Client Renommé"
    )
    await harness.deliver(event)
    await harness.deliver(event.model_copy(update={"version": 1, "name": "Ancien"}))
    await register(harness, "29963")
    async with harness.client(RESELLER) as http:
        rows = (await http.get("/api/v1/contracts", params={"q": "renomme"})).json()
    assert {row["client"] for row in rows["items"]} == {"Client Renommé"}
    assert rows["total"] == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"warranty_ends_on": "2019-01-01"}, ""),
        ({"unknown": 1}, "unknown"),
        ({"serial_number": "a\u0000b"}, "serial_number"),
        ({"product_reference": "x" * 100}, "product_reference"),
        ({"starts_on": "yesterday"}, "starts_on"),
        ({"reseller": None}, "reseller"),
    ],
)
async def test_malformed_contracts_are_refused_by_field(harness: Harness, changes: dict[str, Any], field: str) -> None:
    async with harness.client(WRITER) as http:
        answer = await http.put("/api/v1/backoffice/contracts/1", json=contract(**changes))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await harness.told() == []


async def test_a_body_over_the_limit_is_refused_as_a_problem_whether_declared_or_not(harness: Harness) -> None:
    huge = contract(service_level="x" * (1024 * 1024 + 1))
    async with harness.client(WRITER) as http:
        answer = await http.put("/api/v1/backoffice/contracts/1", json=huge)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["content-type"] == "application/problem+json"
