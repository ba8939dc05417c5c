"""The list of incidents: search, sort, filters, pages, counts, and who sees what."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from chassis.http import exporting
from devkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    back_office,
    person,
)
from events import organisation_id
from web.auth.principal import Principal

SECOND_CLIENT = organisation_id("client", "CLI-0002")


async def listed(desk: Any, by: Principal = RESELLER, **parameters: Any) -> dict[str, Any]:
    answer = await desk.as_(by).get("/incidents", params=parameters)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def titles(desk: Any, by: Principal = RESELLER, **parameters: Any) -> list[str]:
    return [row["title"] for row in (await listed(desk, by, **parameters))["items"]]


async def test_the_list_is_exported_as_it_is_narrowed_for_those_who_see_it(full_desk: Any) -> None:
    def lines(answer: Any) -> list[list[str]]:
        return [line.split(";") for line in answer.text.removeprefix("\ufeff").splitlines()]

    asked: dict[str, Any] = {"params": {"sort": "title", "open": "true"}, "headers": {"Accept": "text/csv"}}
    heading, *rows = lines(await full_desk.as_(RESELLER).get("/incidents", **asked))
    assert heading[:4] == ["N° d’incident", "Intitulé", "État", "Déclaré le"]
    assert (heading[-1], "Revendeur" in heading) == ("Client", False)
    assert [row[1] for row in rows] == ["a. Écran noir", "b. Disque bruyant", "C. Ventilateur"]
    assert (rows[0][2], rows[0][6:]) == ("Déclaré", ["KIT-2", "ARTICLE-2", RESELLER.name, "Société Élodie"])
    assert lines(await full_desk.as_(SQP).get("/incidents", **asked))[0][-1] == "Revendeur"
    assert lines(await full_desk.as_(CLIENT).get("/incidents", **asked))[0] == heading[:-1]
    assert len(lines(await full_desk.as_(OTHER_RESELLER).get("/incidents", **asked))) == 1
    asked["headers"] = {"Accept": exporting.MEDIA_TYPES["xlsx"]}
    answer = await full_desk.as_(RESELLER).get("/incidents", **asked)
    assert [row[1] for row in load_workbook(io.BytesIO(answer.content)).active.values][1:] == [row[1] for row in rows]


@pytest.fixture
async def full_desk(open_desk: Any) -> Any:
    """Four incidents on three contracts of one reseller: one client, another client, no client."""
    await open_desk.register(
        number="2",
        product_reference="RS-2416",
        serial_number="KIT-2",
        client=open_desk.party("client", "CLI-0002", "Société Élodie"),
        articles=[open_desk.NAS.model_copy(update={"serial_number": "ARTICLE-2"})],
    )
    await open_desk.register(number="3", product_reference="BTO", serial_number="KIT-3", client=None, articles=[])
    await open_desk.share(await open_desk.declare(title="b. Disque bruyant"))
    await open_desk.declare(title="a. Écran noir", contract_number="2", serial_numbers=["ARTICLE-2"])
    await open_desk.declare(title="C. Ventilateur", contract_number="3", serial_numbers=["KIT-3"])
    number = await open_desk.declare(title="d. Alimentation")
    await open_desk.share(number)
    await open_desk.move(number, "in_diagnosis", "resolved")
    return open_desk


async def test_a_line_holds_the_guides_columns(full_desk: Any) -> None:
    [row] = (await listed(full_desk, q="ecran"))["items"]
    assert (row["product_reference"], row["serial_number"], row["client"]) == ("RS-2416", "KIT-2", "Société Élodie")
    assert row["reseller"] == "Revendeur Test"
    assert (row["serial_numbers"], row["contract_number"]) == (["ARTICLE-2"], "2")
    assert (row["status"], row["status_label"]) == ("new", "Déclaré")
    english = full_desk.as_(RESELLER, **{"Accept-Language": "en"})
    assert (await english.get("/incidents?q=ecran")).json()["items"][0]["status_label"] == "Declared"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("number", "bacd"),
        ("-number", "dcab"),
        ("title", "abcd"),
        ("-title", "dcba"),
        ("product_reference", "cabd"),
        ("client", "bdac"),
        ("-client", "adbc"),
        ("status", "bacd"),
        ("-status", "dcab"),
    ],
)
async def test_every_column_sorts_both_ways_and_empty_clients_come_last(
    full_desk: Any, sort: str, expected: str
) -> None:
    order = "".join(title[0].lower() for title in await titles(full_desk, sort=sort))
    assert order == expected


@pytest.mark.parametrize("sort", ["number", "-client", "client", "status", "-status", "product_reference", "title"])
async def test_pages_never_repeat_nor_skip_among_equal_keys(full_desk: Any, sort: str) -> None:
    for colleague in (person("reseller", "REV-0001", name=name) for name in ("A", "B", "C")):
        await full_desk.declare(colleague, title="b. Disque bruyant")
        await full_desk.declare(colleague, title="C. Ventilateur", contract_number="3", serial_numbers=["KIT-3"])
    whole = [row["number"] for row in (await listed(full_desk, sort=sort))["items"]]
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = await listed(full_desk, sort=sort, limit=2, **cursor)
        seen += [row["number"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == whole
    assert len(set(seen)) == page["total"] == 10


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("ecran", "a"),
        ("ÉCRAN", "a"),
        ("rs-24", "a"),
        ("article-2", "a"),
        ("kit-3", "c"),
        ("elodie societe", "a"),
        ("resolu", "d"),
        ("resolved", "d"),
        ("z9cb", ""),
        ("client test", "bd"),
        ("%", ""),
        ("_", ""),
        ("", "bacd"),
    ],
)
async def test_the_search_reads_every_column(full_desk: Any, q: str, expected: str) -> None:
    found = await titles(full_desk, q=q, sort="number")
    assert "".join(title[0].lower() for title in found) == expected


async def test_an_incident_is_found_by_its_number(full_desk: Any) -> None:
    number = (await listed(full_desk, sort="number"))["items"][0]["number"]
    assert await titles(full_desk, q=number) == ["b. Disque bruyant"]


async def test_open_and_closed_are_counted_whatever_is_filtered(full_desk: Any) -> None:
    whole = await listed(full_desk)
    still_open = await listed(full_desk, open="true")
    closed = await listed(full_desk, open="false")
    assert (whole["total"], still_open["total"], closed["total"]) == (4, 3, 1)
    assert whole["counts"] == still_open["counts"] == closed["counts"] == {"open": 3, "closed": 1}
    assert [row["status"] for row in closed["items"]] == ["resolved"]


async def test_filters_by_contract_and_client(full_desk: Any) -> None:
    assert await titles(full_desk, contract="3") == ["C. Ventilateur"]
    assert await titles(full_desk, client_id=SECOND_CLIENT) == ["a. Écran noir"]
    assert await titles(full_desk, contract="3", client_id=SECOND_CLIENT) == []


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (RESELLER, "bacd"),
        (RESELLER_BASIC, "bacd"),
        (SQP, "bacd"),
        (back_office("incidents:read"), "bacd"),
        (CLIENT, "bd"),
        (CLIENT_BASIC, "bd"),
        (OTHER_CLIENT, "a"),
        (OTHER_RESELLER, ""),
    ],
)
async def test_each_sees_its_own(full_desk: Any, by: Principal, expected: str) -> None:
    page = await listed(full_desk, by, sort="number")
    assert "".join(row["title"][0].lower() for row in page["items"]) == expected
    assert page["total"] == len(expected)
    assert page["counts"]["open"] + page["counts"]["closed"] == len(expected)


@pytest.mark.parametrize(
    "parameters",
    [
        {"sort": "secret"},
        {"limit": 0},
        {"limit": 201},
        {"open": "perhaps"},
        {"q": "a\u0000"},
        {"q": "x" * 201},
        {"cursor": "nonsense"},
        {"client_id": "x"},
        {"contract": "a/b"},
    ],
)
async def test_malformed_parameters_are_refused(open_desk: Any, parameters: dict[str, Any]) -> None:
    answer = await open_desk.as_(RESELLER).get("/incidents", params=parameters)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_input")
