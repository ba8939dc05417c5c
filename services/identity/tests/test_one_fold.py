"""Search of people, clients, resellers and addresses in any notation; codes in any case; rows of the release before."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, text

from chassis import migrate
from chassis.provision import Databases
from devkit.harness import CLIENT, RESELLER, SQP, back_office, settings_for
from identity.bootstrap import build
from identity.settings import Settings

OFFICE = back_office("identity:write")
PHONE = ("0123456789", "01 23 45 67 89", "+33123456789", "01.23.45.67.89", "0033 1 23 45 67 89", "+33 (0)1 23 45 67 89")


async def total(world: Any, path: str, principal: Any, q: str) -> int:
    answer = await world.call("GET", path, principal, params={"q": q})
    assert answer.status_code == 200, answer.text
    count: int = answer.json()["total"]
    return count


@pytest.mark.parametrize("asked", [*PHONE, "duboeuf", "Dubœuf\u200b", "duboeuf‑et‑fils"])
async def test_clients_are_found_in_any_notation(world: Any, asked: str) -> None:
    body = {"name": "Dubœuf et Fils", "phone": "01 23 45 67 89"}
    assert (await world.call("POST", "/clients", RESELLER, json=body)).status_code == 201
    assert await total(world, "/clients", RESELLER, asked) == 1


@pytest.mark.parametrize("asked", [*PHONE, "69001", "depot"])
async def test_addresses_are_found_in_any_notation(world: Any, asked: str) -> None:
    body = {"label": "Dépôt", "street": "1 rue", "postal_code": "69001", "city": "Lyon", "phone": "+33123456789"}
    assert (await world.call("POST", "/addresses", RESELLER, json=body)).status_code == 201
    assert await total(world, "/addresses", RESELLER, asked) == 1
    assert await total(world, "/addresses", RESELLER, "marseille") == 0


@pytest.mark.parametrize(
    "asked",
    ["société-dubœuf", "societe-duboeuf.fr", "Chef@Société-Dubœuf.fr", "chef@xn--socit-dubuf-ebbb20m.fr", "SOCIETE"],
)
async def test_a_mailbox_is_found_by_its_domain_as_people_write_it(world: Any, asked: str) -> None:
    body = {"name": "Cave", "email": "chef@société-dubœuf.fr"}
    assert (await world.call("POST", "/clients", RESELLER, json=body)).status_code == 201
    assert await total(world, "/clients", RESELLER, asked) == 1


async def test_sqp_finds_clients_by_their_reseller(world: Any) -> None:
    assert await total(world, "/clients", SQP, "organisation rev-0001") == 1
    assert await total(world, "/clients", RESELLER, "rev-0001") == 0


async def test_one_question_that_cannot_be_seen_is_none(world: Any) -> None:
    assert await total(world, "/users", CLIENT, "\u200b") == await total(world, "/users", CLIENT, "") > 0


async def test_rows_of_the_release_before_are_found(empty_database: Databases) -> None:
    settings = settings_for(Settings, empty_database)
    service = build(settings)
    migrate.upgrade(settings, service.migrations, service.metadata, "0004")
    owner = create_engine(settings.database_owner_url.get_secret_value())
    reseller = "00000000-0000-0000-0000-000000000001"
    with owner.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO organisations (id, kind, code, name, phone, search_text) "
                "VALUES (:id, 'reseller', 'acme', 'Dubœuf', '+33123456789', 'old')"
            ),
            {"id": reseller},
        )
    migrate.upgrade(settings, service.migrations, service.metadata)
    with owner.begin() as connection:
        row = connection.execute(text("SELECT name_key, search_text FROM organisations")).one()
    owner.dispose()
    assert row.name_key == "duboeuf"
    assert row.search_text == "duboeuf acme 0033123456789 330123456789"
