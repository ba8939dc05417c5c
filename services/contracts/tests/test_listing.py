"""The list of contracts: search, sort, filter, pages, counts, CSV, and who sees what."""

from __future__ import annotations

import asyncio
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from chassis.http import exporting
from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, Harness, person
from events import organisation_id
from web import clock

PATH = "/api/v1/contracts"


async def numbers(harness: Harness, principal: Any = RESELLER, **parameters: Any) -> list[str]:
    async with harness.client(principal) as http:
        answer = await http.get(PATH, params=parameters)
    assert answer.status_code == 200, answer.text
    return [row["number"] for row in answer.json()["items"]]


async def test_numbers_sort_as_numbers(harness: Harness, register: Any) -> None:
    for number in ("29962", "9999", "100000"):
        await register(number)
    assert await numbers(harness, sort="number") == ["9999", "29962", "100000"]
    assert await numbers(harness) == ["100000", "29962", "9999"]


async def test_empty_clients_sort_last_both_ways(harness: Harness, register: Any) -> None:
    await register("1", client=None)
    await register("2", client="B")
    await register("3", client="A")
    await register("4", client=None)
    assert await numbers(harness, sort="client") == ["3", "2", "1", "4"]
    assert await numbers(harness, sort="-client") == ["2", "3", "4", "1"]


@pytest.mark.parametrize("sort", ["client", "-client", "product_reference", "-warranty_ends_on", "extensions"])
async def test_pages_never_repeat_nor_skip_among_equal_keys(harness: Harness, register: Any, sort: str) -> None:
    for number in range(1, 12):
        await register(str(number), client=None if number % 3 else "CLI-0001", ends_in=number // 4)
    whole = await numbers(harness, sort=sort, limit=200)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    async with harness.client(RESELLER) as http:
        while True:
            page = (await http.get(PATH, params={"sort": sort, "limit": 2, **cursor})).json()
            seen += [row["number"] for row in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
    assert seen == whole
    assert len(set(seen)) == 11


async def test_the_search_ignores_accents_and_case_and_reads_french_dates(harness: Harness, register: Any) -> None:
    article = {"designation": "Disque", "product_reference": "ST1000", "serial_number": "Z9CBPM5M"}
    await register("7", client_name="Client ÉLODIE", ends_in=17, articles=[article])
    await register("8", client="CLI-0002", client_name="Autre")
    end = clock.today() + timedelta(days=17)
    for wanted in ("elodie", "z9cb", f"{end:%d/%m/%Y}", "client élo s7", "st1000 TS-131"):
        assert await numbers(harness, q=wanted) == ["7"], wanted
    assert await numbers(harness, q="%") == []
    assert await numbers(harness, q="_") == []


async def test_validity_splits_what_is_in_force_from_what_is_over(harness: Harness, register: Any) -> None:
    for number, days in (("1", 91), ("2", 90), ("3", 0), ("4", -1)):
        await register(number, ends_in=days)
    await register("5", started=-10)
    assert set(await numbers(harness, validity="active")) == {"1", "2", "3"}
    assert set(await numbers(harness, validity="expiring")) == {"2", "3"}
    assert set(await numbers(harness, validity="expired")) == {"4"}
    async with harness.client(RESELLER) as http:
        page = (await http.get(PATH, params={"validity": "expired"})).json()
    assert page["counts"] == {"active": 3, "expiring": 2, "expired": 1}
    assert (page["total"], page["total_is"]) == (1, "exact")


async def test_each_organisation_sees_its_own_contracts(harness: Harness, register: Any) -> None:
    await register("1")
    await register("2", client=None)
    await register("3", reseller="REV-0002", client="CLI-0002")
    assert set(await numbers(harness, RESELLER)) == {"1", "2"}
    assert set(await numbers(harness, RESELLER_BASIC)) == {"1", "2"}
    assert set(await numbers(harness, CLIENT)) == {"1"}
    assert set(await numbers(harness, OTHER_RESELLER)) == {"3"}
    assert set(await numbers(harness, SQP)) == {"1", "2", "3"}
    assert await numbers(harness, person("reseller", "REV-0009")) == []


async def test_a_foreign_contract_answers_as_a_missing_one(harness: Harness, register: Any) -> None:
    await register("1")
    async with harness.client(OTHER_RESELLER) as http:
        foreign, missing = await http.get(f"{PATH}/1"), await http.get(f"{PATH}/2")
    assert foreign.status_code == missing.status_code == 404
    assert {**foreign.json(), "number": "", "title": "", "instance": "", "request_id": ""} == {
        **missing.json(),
        "number": "",
        "title": "",
        "instance": "",
        "request_id": "",
    }


@pytest.mark.parametrize(
    "parameters",
    [{"sort": "shoe_size"}, {"limit": 0}, {"limit": 201}, {"validity": "maybe"}, {"cursor": "forged"}, {"q": "a\0b"}],
)
async def test_malformed_questions_are_refused(harness: Harness, parameters: dict[str, Any]) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.get(PATH, params=parameters)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_input")


async def test_the_export_holds_every_row_and_runs_no_formula(harness: Harness, register: Any) -> None:
    await register("1", product_reference="=CMD()")
    await register("2", client=None)
    async with harness.client(RESELLER) as http:
        answer = await http.get(PATH, params={"sort": "number"}, headers={"Accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("N° de contrat;Référence produit;N° de série;Client;Fin de garantie")
    assert lines[1].startswith("1;'=CMD();S1;")
    assert len(lines) == 3
    async with harness.client(CLIENT) as http:
        own = await http.get(PATH, headers={"Accept": "text/csv"})
    assert own.text.removeprefix("\ufeff").splitlines()[0].startswith("N° de contrat;Référence produit;N° de série;Fin")


async def test_chosen_contracts_alone_are_exported_and_only_those_that_the_caller_sees(
    harness: Harness, register: Any
) -> None:
    for number in ("CH-1", "CH-2", "CH-3"):
        await register(number)
    await register("CH-4", reseller="REV-0002", client=None)
    wanted = {"numbers": "CH-3,CH-1,CH-4,CH-9", "sort": "number"}
    async with harness.client(RESELLER) as http:
        answer = await http.get(PATH, params=wanted, headers={"Accept": "text/csv"})
    assert [line.split(";")[0] for line in answer.text.splitlines()[1:]] == ["CH-1", "CH-3"]
    assert await numbers(harness, **wanted) == ["CH-1", "CH-3"]
    assert await numbers(harness, **wanted, q="ch-3") == ["CH-3"]
    async with harness.client(RESELLER) as http:
        assert (await http.get(PATH, params={"numbers": "CH-1;CH-2"})).status_code == 422


async def test_sqps_export_names_the_reseller_and_a_workbook_holds_the_same(harness: Harness, register: Any) -> None:
    await register("0010", serial_number="0012345", reseller="REV-0002", client=None)
    await register("9")
    async with harness.client(SQP) as http:
        answers = [
            await http.get(PATH, params={"sort": "number"}, headers={"Accept": media_type})
            for media_type in exporting.MEDIA_TYPES.values()
        ]
    assert "Client;Revendeur;Fin de garantie" in answers[0].text
    heading, first, second = load_workbook(io.BytesIO(answers[1].content)).active.values
    assert heading[:5] == ("N° de contrat", "Référence produit", "N° de série", "Client", "Revendeur")
    assert (first[0], second[:5]) == ("9", ("10", "TS-131K-1TIW", "0012345", None, "Revendeur REV-0002"))
    assert isinstance(second[5], datetime)


async def test_exports_leave_room_for_every_other_request(harness: Harness, register: Any) -> None:
    """One person who asked for a hundred took every connection of the database."""
    await register("1")
    async with harness.client(RESELLER) as http, harness.client(SQP) as other:
        asked = [http.get(PATH, headers={"Accept": kind}) for kind in exporting.MEDIA_TYPES.values() for _ in range(20)]
        *exported, page, export = await asyncio.gather(
            *asked, other.get(PATH), other.get(PATH, headers={"Accept": "text/csv"})
        )
        assert {answer.status_code for answer in exported} == {200, 429}
        refused = next(answer for answer in exported if answer.status_code == 429)
        assert refused.headers["retry-after"] == "10"
        assert (page.status_code, export.status_code) == (200, 200)
        assert (await http.get(PATH, headers={"Accept": "text/csv"})).status_code == 200, "their places are free again"


async def test_summaries_count_contracts_in_force_per_client(harness: Harness, register: Any) -> None:
    await register("1")
    await register("2", ends_in=-5)
    await register("3", client=None)
    async with harness.client(RESELLER) as http:
        [summary] = (await http.get("/api/v1/client-summaries")).json()["items"]
    assert (summary["contracts_in_force"], summary["contracts"]) == (1, 2)


async def test_sqp_lists_one_clients_or_one_resellers_contracts(harness: Harness, register: Any) -> None:
    await register("1", client="CLI-0001", reseller="REV-0001")
    await register("2", client="CLI-0002", reseller="REV-0001")
    await register("3", client="CLI-0003", reseller="REV-0002")
    first = str(organisation_id("reseller", "REV-0001"))
    assert await numbers(harness, SQP, reseller_id=first, sort="number") == ["1", "2"]
    assert await numbers(harness, SQP, client_id=str(organisation_id("client", "CLI-0002"))) == ["2"]
    assert await numbers(harness, OTHER_RESELLER, reseller_id=first) == []
