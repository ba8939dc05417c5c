"""One form of numbers and codes, exact numbers first, and rows of the release before."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import create_engine, text

from chassis import migrate
from chassis.provision import Databases
from contracts.bootstrap import build
from contracts.settings import Settings
from devkit.harness import RESELLER, SQP, Harness, back_office, settings_for

WRITER = back_office("contracts:write")
PATH = "/api/v1/contracts"


async def numbers(harness: Harness, principal: Any = RESELLER, **parameters: Any) -> list[str]:
    async with harness.client(principal) as http:
        answer = await http.get(PATH, params=parameters)
    assert answer.status_code == 200, answer.text
    return [row["number"] for row in answer.json()["items"]]


@pytest.mark.parametrize("limit", [1, 4, 10])
async def test_the_exact_number_comes_first_and_pages_hold_every_row_once(
    harness: Harness, register: Any, limit: int
) -> None:
    for number in ("5123", *(str(n) for n in range(51230, 51240))):
        await register(number)
    for asked in ("5123", " 05123", "Contrat n°5123", "5123\u200b", "#5123"):
        assert (await numbers(harness, q=asked, limit=limit))[0] == "5123", asked
    seen: list[str] = []
    cursor: dict[str, str] = {}
    async with harness.client(RESELLER) as http:
        while True:
            page = (await http.get(PATH, params={"q": "5123", "limit": limit, **cursor})).json()
            seen += [row["number"] for row in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
    assert seen == ["5123", *(str(n) for n in reversed(range(51230, 51240)))]


async def test_an_articles_exact_serial_comes_first(harness: Harness, register: Any) -> None:
    disk = {"designation": "Disque", "product_reference": "ST1", "serial_number": "Z9-CB"}
    await register("1", articles=[disk])
    await register("2", serial_number="Z9CB77")
    assert await numbers(harness, q="z9cb") == ["1", "2"]


async def test_sqp_finds_and_sorts_by_reseller_and_others_do_not(harness: Harness, register: Any) -> None:
    await register("1", reseller="REV-0001")
    await register("2", reseller="REV-0002", client="CLI-0002")
    assert await numbers(harness, SQP, q="revendeur rev-0002") == ["2"]
    assert await numbers(harness, SQP, sort="reseller") == ["1", "2"]
    assert await numbers(harness, RESELLER, q="revendeur") == []


@pytest.mark.parametrize(("known", "asked"), [("29962", "029962"), ("AB-77", "ab-77"), ("AB-77", "ab‑77")])
async def test_every_notation_of_a_number_is_one_contract(
    harness: Harness, register: Any, known: str, asked: str
) -> None:
    await register(known)
    await register(asked)
    assert await numbers(harness) == [known]
    async with harness.client(RESELLER) as http:
        assert (await http.get(f"{PATH}/{asked}")).json()["number"] == known


async def test_a_code_in_lower_case_reaches_the_reseller(harness: Harness, register: Any) -> None:
    await register("1", reseller="REV-0001", client="CLI-0001")
    await register("2", reseller="rev-0001", client="cli-0001")
    assert set(await numbers(harness)) == {"1", "2"}


async def test_one_order_on_two_contracts_at_once_is_a_conflict(harness: Harness, register: Any) -> None:
    await register("1")
    await register("2")
    async with harness.client(WRITER) as http:
        offer = {"applies_to_product_reference": "TS-131K-1TIW", "label": "x", "months": 12}
        await http.put("/api/v1/backoffice/extension-offers/SKU", json=offer)
        order = {"order_id": "C1", "sku": "SKU"}
        paths = [f"/api/v1/backoffice/contracts/{number}/extensions" for number in "1212"]
        answers = await asyncio.gather(*(http.post(path, json=order) for path in paths))
    assert sorted(answer.status_code for answer in answers) == [200, 201, 409, 409]


async def test_a_number_registered_twice_at_once_is_one_contract(harness: Harness, register: Any) -> None:
    await asyncio.gather(*(register(number) for number in ("77", "077", "0077", "77")))
    assert await numbers(harness) == ["77"]


@pytest.mark.parametrize(
    "asked",
    [
        "Q207B 17555",
        "*Q207B17555*",
        "q207b\u200b17555",
        "Q207B–17555",
        " q207b-17555 ",
        "S/N Q207B-17555",
        "(Q207B17555)",
    ],
)
async def test_coverage_reads_every_notation_of_a_serial(harness: Harness, register: Any, asked: str) -> None:
    await register("1", serial_number="Q207B17555")
    async with harness.client(RESELLER) as http:
        answer = await http.get("/api/v1/coverage", params={"serial": asked})
    assert (answer.status_code, answer.json()["covered"]) == (200, True)


async def test_references_sort_as_other_text(harness: Harness, register: Any) -> None:
    for number, reference in enumerate(("Zyxel", "ÉATON", "as6704t", "AS-1", "asustor"), start=1):
        await register(str(number), product_reference=reference)
    assert await numbers(harness, sort="product_reference") == ["4", "3", "5", "2", "1"]


OLD = """
INSERT INTO organisations (id, kind, code, name)
VALUES ('00000000-0000-0000-0000-000000000001', 'reseller', 'acme', 'Dubœuf');
INSERT INTO contracts (number, version, product_reference, serial_number, reseller_id, client_name, client_key,
    starts_on, base_ends_on, warranty_ends_on, extension_count, service_level, parties, search_text)
SELECT n, 1, 'TS-131K', 'Q207B-17555', '00000000-0000-0000-0000-000000000001', 'Nœud', 'nœud', '2023-01-01',
    '2023-12-09', '2023-12-09', 0, '', '{"reseller": {"code": "acme"}, "client": null}', 'old'
FROM unnest(ARRAY['ab-77', 'AB-77', '00042']) AS n
"""


async def test_rows_of_the_release_before_are_found(empty_database: Databases) -> None:
    settings = settings_for(Settings, empty_database)
    service = build(settings)
    migrate.upgrade(settings, service.migrations, service.metadata, "0003")
    owner = create_engine(settings.database_owner_url.get_secret_value())
    with owner.begin() as connection:
        for statement in OLD.split(";"):
            connection.execute(text(statement))
    migrate.upgrade(settings, service.migrations, service.metadata)
    async with Harness.started(settings, build) as harness:
        for asked in ("noeud", "9.12.23", "Q207B17555", "ts 131k", "duboeuf"):
            assert len(await numbers(harness, SQP, q=asked)) == 3, asked
        async with harness.client(SQP) as http:
            for asked, number in (("ab-77", "ab-77"), ("AB-77", "AB-77"), ("42", "00042"), ("Ab-77", "AB-77")):
                assert (await http.get(f"{PATH}/{asked}")).json()["number"] in (number, number.lower()), asked
    owner.dispose()


@pytest.mark.parametrize("asked", ["CL-SV", "cl-sv", "Cl\u2011Sv", " cl-sv "])
async def test_one_offer_whatever_the_case_of_its_sku(harness: Harness, register: Any, asked: str) -> None:
    await register("100")
    offer = {"applies_to_product_reference": "TS-131K-1TIW", "label": "Extension", "months": 12}
    path = f"/api/v1/backoffice/extension-offers/{quote(asked)}"
    async with harness.client(back_office("contracts:write")) as http:
        await http.put("/api/v1/backoffice/extension-offers/CL-SV", json=offer)
        put = await http.put(path, json={**offer, "months": 24})
        got = await http.get(path)
        order = {"order_id": "CMD-1", "sku": asked}
        extended = await http.post("/api/v1/backoffice/contracts/100/extensions", json=order)
    async with harness.client(RESELLER) as http:
        contract = (await http.get(f"{PATH}/100")).json()
    assert (put.json()["sku"], got.json()["sku"], got.json()["months"]) == ("CL-SV", "CL-SV", 24)
    assert extended.status_code == 201, extended.text
    assert [offer["sku"] for offer in contract["extension_offers"]] == ["CL-SV"]
