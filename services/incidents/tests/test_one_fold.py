"""Renamed clients, resellers for SQP, exact numbers first, notations of numbers, rows of the release before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chassis import migrate
from chassis.provision import Databases
from devkit.harness import RESELLER, SQP, Harness, settings_for
from incidents.bootstrap import build
from incidents.settings import Settings
from web import clock


async def found(desk: Any, by: Any = RESELLER, **parameters: Any) -> list[dict[str, Any]]:
    answer = await desk.as_(by).get("/incidents", params=parameters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_renamed_client_is_found_by_both_names_and_shown_by_the_present_one(open_desk: Any) -> None:
    await open_desk.organisation("client", "CLI-0001", "Dupond")
    number = await open_desk.declare()
    await open_desk.organisation("client", "CLI-0001", "Martin", version=2)
    for asked in ("martin", "dupond"):
        assert [row["client"] for row in await found(open_desk, q=asked)] == ["Martin"], asked
    assert (await open_desk.incident(number))["client"]["name"] == "Dupond"


async def test_sqp_finds_incidents_by_the_resellers_present_name(open_desk: Any) -> None:
    await open_desk.organisation("reseller", "REV-0001", "Micro Lyon")
    await open_desk.declare()
    assert [row["reseller"] for row in await found(open_desk, SQP, q="micro-lyon")] == ["Micro Lyon"]
    assert await found(open_desk, RESELLER, q="micro") == []


async def test_an_incident_is_found_by_the_day_that_its_line_shows(open_desk: Any) -> None:
    number = await open_desk.declare()
    day = clock.day(datetime.fromisoformat((await open_desk.incident(number))["declared_at"]))
    for asked in (f"{day:%d/%m/%Y}", f"{day:%d.%m.%y}", f"{day:%Y-%m-%d}", f"{day:%d%m%Y}"):
        assert [row["number"] for row in await found(open_desk, q=asked)] == [number], asked
    assert await found(open_desk, q=f"{day - timedelta(days=1):%d/%m/%Y}") == []


async def test_the_exact_number_comes_first_on_a_full_day(open_desk: Any) -> None:
    async def count_from(last: int) -> None:
        async with open_desk.harness.service.database.transaction() as session:
            await session.execute(text("UPDATE day_counters SET value = :last"), {"last": last})

    await open_desk.declare()
    await count_from(9)
    tenth = await open_desk.declare()
    await count_from(99)
    longer = [await open_desk.declare() for _ in range(4)]
    assert [row["number"] for row in await found(open_desk, q=tenth, limit=2)] == [tenth, longer[-1]]
    assert len(await found(open_desk, q=tenth)) == 5


@pytest.mark.parametrize("asked", ["029962", "29962\u200b"])
async def test_a_declaration_names_the_contract_in_any_notation(open_desk: Any, asked: str) -> None:
    await open_desk.declare(contract_number=asked, serial_numbers=["q207b 17555"])
    assert [row["contract_number"] for row in await found(open_desk, contract=asked)] == ["29962"]


@pytest.mark.parametrize("asked", ["029962", "n° 0029962", "Contrat n°29962", "29962"])
async def test_an_incident_is_found_by_its_contracts_number_in_any_notation(open_desk: Any, asked: str) -> None:
    number = await open_desk.declare()
    assert [row["number"] for row in await found(open_desk, q=asked)] == [number]
    queue = (await open_desk.as_(SQP).get("/desk", params={"q": asked})).json()["items"]
    assert [row["number"] for row in queue] == [number]
    assert await found(open_desk, q="129962") == []


async def test_rows_of_the_release_before_are_found(empty_database: Databases) -> None:
    settings = settings_for(Settings, empty_database)
    service = build(settings)
    migrate.upgrade(settings, service.migrations, service.metadata, "0003")
    owner = create_engine(settings.database_owner_url.get_secret_value())
    given: dict[str, Any] = {
        "number": "26112601",
        "number_key": "1",
        "title": "Nœud HS",
        "status": "new",
        "client_name": "Dupond",
        "articles": '[{"designation": "x", "product_reference": "TS-131K", "serial_number": "Q207B-1"}]',
        "delivery_address": "{}",
        "starts_on": "2023-01-01",
        "warranty_ends_on": "2030-12-09",
        "declared_at": "2026-11-26T10:00:00Z",
        "resolved_at": None,
        "linked_to": None,
        "pending_reason": None,
    }
    client = "00000000-0000-0000-0000-000000000001"
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO organisations (id, version, kind, name, email, phone) "
                "VALUES (:id, 1, 'client', 'Martin', '', '')"
            ),
            {"id": client},
        )
        columns = connection.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'incidents' "
                "AND is_generated = 'NEVER' AND column_default IS NULL"
            )
        ).all()
        plain = {"uuid": client, "integer": 1}
        values = {name: given.get(name, plain.get(kind, "")) for name, kind in columns}
        names = ", ".join(values)
        connection.execute(
            text(f"INSERT INTO incidents ({names}) VALUES ({', '.join(f':{name}' for name in values)})"), values
        )
    migrate.upgrade(settings, service.migrations, service.metadata)
    owner.dispose()
    async with Harness.started(settings, build) as harness, harness.client(SQP) as http:
        for asked in ("noeud", "martin", "dupond", "q207b1", "26112601", "26/11/2026"):
            [row] = (await http.get("/api/v1/incidents", params={"q": asked})).json()["items"]
            assert row["client"] == "Martin"
