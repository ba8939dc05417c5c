"""Every operation of the OpenAPI document × anonymous, another tenant, the wrong role, the owner. A new route fails
here until it is classified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute

from chassis.auth.principal import Principal
from chassis.auth.rules import Public, Rule
from chassis.testkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    Harness,
    back_office,
    person,
)
from events.identity import UserChanged

ADDRESS = {"label": "Dépôt", "street": "1 rue du Test", "postal_code": "69001", "city": "Lyon", "country": "FR"}
USER = {"login": "nouveau", "first_name": "N", "last_name": "O", "email": "n@exemple.fr", "role": "basic"}
PASSWORD = {"current": "un mot de passe de test", "new": "un tout nouveau mot de passe"}
OFFICE = back_office("identity:write")
SQP_BASIC = person("sqp", "SQP", "basic")
EVERYBODY = (SQP, SQP_BASIC, RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC)


@dataclass(frozen=True)
class Case:
    """Who may: ``owner`` does it; ``refused`` get 403; ``foreign`` get the 404 of a record that does not exist."""

    owner: Principal
    status: int = 200
    refused: tuple[Principal, ...] = ()
    foreign: tuple[Principal, ...] = ()
    body: Any = None
    versioned: bool = False


READERS = (back_office("identity:write", "contracts:read"),)
BASIC = (SQP_BASIC, RESELLER_BASIC, CLIENT_BASIC, *READERS)
NO_CLIENTS = (CLIENT, CLIENT_BASIC, *READERS)
CLIENT_MANAGERS = (CLIENT, CLIENT_BASIC, RESELLER_BASIC, SQP_BASIC, *READERS)
STRANGERS = (OTHER_RESELLER, CLIENT, OTHER_CLIENT, SQP)

CASES: dict[str, Case] = {
    "GET /me": Case(CLIENT_BASIC, refused=READERS),
    "PATCH /me": Case(CLIENT_BASIC, refused=READERS, body={"phone": "01"}, versioned=True),
    "POST /me/password": Case(CLIENT_BASIC, 204, refused=READERS, body=PASSWORD),
    "GET /sessions": Case(CLIENT_BASIC, refused=READERS),
    "DELETE /sessions/{session}": Case(RESELLER, 204, refused=READERS, foreign=(RESELLER_BASIC, *STRANGERS)),
    "GET /organisation": Case(CLIENT_BASIC, refused=READERS),
    "PATCH /organisation": Case(CLIENT, refused=BASIC, body={"phone": "01"}, versioned=True),
    "GET /users": Case(RESELLER_BASIC, refused=READERS),
    "POST /users": Case(RESELLER, 201, refused=BASIC, body=USER),
    "GET /users/{user}": Case(RESELLER_BASIC, refused=READERS, foreign=STRANGERS),
    "PATCH /users/{user}": Case(RESELLER, refused=BASIC, foreign=STRANGERS, body={"phone": "01"}, versioned=True),
    "DELETE /users/{user}": Case(RESELLER, 204, refused=BASIC, foreign=STRANGERS),
    "POST /users/{invited}/invitation": Case(RESELLER, 202, refused=BASIC, foreign=STRANGERS),
    "GET /audit": Case(CLIENT, refused=BASIC),
    "GET /addresses": Case(CLIENT_BASIC, refused=READERS),
    "POST /addresses": Case(CLIENT, 201, refused=BASIC, body=ADDRESS),
    "GET /addresses/{address}": Case(RESELLER_BASIC, refused=READERS, foreign=STRANGERS),
    "PATCH /addresses/{address}": Case(
        RESELLER, refused=BASIC, foreign=STRANGERS, body={"city": "Paris"}, versioned=True
    ),
    "DELETE /addresses/{address}": Case(RESELLER, 204, refused=BASIC, foreign=STRANGERS),
    "GET /clients": Case(RESELLER_BASIC, refused=NO_CLIENTS),
    "POST /clients": Case(RESELLER, 201, refused=CLIENT_MANAGERS, body={"name": "C"}),
    "GET /clients/{client}": Case(RESELLER_BASIC, refused=NO_CLIENTS, foreign=(OTHER_RESELLER,)),
    "GET /clients/{client}/users": Case(RESELLER_BASIC, refused=NO_CLIENTS, foreign=(OTHER_RESELLER,)),
    "PATCH /clients/{client}": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), body={"phone": "01"}, versioned=True
    ),
    "POST /clients/{client}/access": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), body={"open": False}, versioned=True
    ),
    "GET /sign-up-requests": Case(RESELLER_BASIC, refused=NO_CLIENTS),
    "GET /sign-up-requests/{request}": Case(RESELLER_BASIC, refused=NO_CLIENTS, foreign=(OTHER_RESELLER,)),
    "POST /sign-up-requests/{request}/approve": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), versioned=True
    ),
    "POST /sign-up-requests/{request}/refuse": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), versioned=True
    ),
    "GET /resellers": Case(SQP_BASIC, refused=(RESELLER, CLIENT, *READERS)),
    "GET /resellers/{reseller}": Case(SQP_BASIC, refused=(RESELLER, CLIENT, *READERS)),
    "PUT /backoffice/resellers/REV-1": Case(
        OFFICE, 201, refused=(*EVERYBODY, back_office("contracts:write")), body={"name": "R"}
    ),
    "PUT /backoffice/clients/CLI-1": Case(
        OFFICE,
        201,
        refused=(*EVERYBODY, back_office("contracts:write")),
        body={"name": "C", "reseller_code": "REV-0001"},
    ),
}

# Open to anyone, and what a stranger's empty-handed call gets.
PUBLIC: dict[str, tuple[int, Any]] = {
    "POST /auth/login": (401, {"login": "a", "password": "b"}),
    "POST /auth/exchange": (401, {"session_token": "a"}),
    "POST /auth/refresh": (401, {"refresh_token": "a"}),
    "POST /auth/logout": (204, {"refresh_token": "a"}),
    "POST /auth/register": (202, {"contract_number": "1", "serial_number": "1", "email": "a@b.fr"}),
    "POST /auth/activation": (409, {"token": "a"}),
    "POST /auth/activate": (409, {"token": "a", "password": "un tout nouveau mot de passe"}),
    "POST /auth/password/forgot": (202, {"login": "a"}),
    "POST /auth/password/link": (409, {"token": "a"}),
    "POST /auth/password/reset": (409, {"token": "a", "password": "un tout nouveau mot de passe"}),
    "POST /oauth/token": (400, {}),
    "GET /.well-known/jwks.json": (200, None),
}

PARAMETERS = {
    "/sessions/{identifier}": "session",
    "/users/{identifier}": "user",
    "/users/{identifier}/invitation": "invited",
    "/addresses/{identifier}": "address",
    "/clients/{identifier}": "client",
    "/clients/{identifier}/access": "client",
    "/clients/{identifier}/users": "client",
    "/resellers/{identifier}": "reseller",
    "/sign-up-requests/{identifier}": "request",
    "/sign-up-requests/{identifier}/approve": "request",
    "/sign-up-requests/{identifier}/refuse": "request",
}
MISSING = "7b1c64a8-0f58-4d1c-9d69-111111111111"


def operations(harness: Harness) -> Iterator[str]:
    for path, methods in harness.app.openapi()["paths"].items():
        short = path.removeprefix("/api/v1")
        short = short.replace("{identifier}", "{" + PARAMETERS.get(short, "") + "}")
        short = short.replace("resellers/{code}", "resellers/REV-1").replace("clients/{code}", "clients/CLI-1")
        for method in methods:
            yield f"{method.upper()} {short}"


async def test_every_operation_is_classified(harness: Harness) -> None:
    assert set(operations(harness)) == set(CASES) | set(PUBLIC)


async def test_every_route_declares_exactly_one_rule(harness: Harness) -> None:
    def flat(dependant: Any) -> Iterator[Any]:
        for child in dependant.dependencies:
            yield child.call
            yield from flat(child)

    routers = (*harness.service.routers, *harness.service.root_routers)
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(CASES) + len(PUBLIC)
    for route in routes:
        rules = {id(call) for call in flat(route.dependant) if isinstance(call, Rule | Public)}
        assert len(rules) == 1, f"{route.methods} {route.path}"


@pytest.fixture
async def ids(world: Any) -> dict[str, str]:
    """One record of each kind that belongs to the first reseller."""
    await world.log_in("revendeur")
    session = (await world.call("GET", "/sessions", RESELLER)).json()["items"][0]["id"]
    address = (await world.call("POST", "/addresses", RESELLER, json=ADDRESS)).json()["id"]
    invited = await world.call("POST", "/users", RESELLER, json={**USER, "login": "invite"})
    await world.register_contract()
    asked = {"contract_number": "29962", "serial_number": "Q207B17555", "email": "a@b.fr"}
    await world.call("POST", "/auth/register", json=asked)
    await world.harness.run_jobs()
    request = (await world.call("GET", "/sign-up-requests", RESELLER)).json()["items"][0]["id"]
    return {
        "session": session,
        "user": str(RESELLER_BASIC.user_id),
        "invited": invited.json()["id"],
        "address": address,
        "client": str(CLIENT.organisation_id),
        "reseller": str(RESELLER.organisation_id),
        "request": request,
    }


async def send(world: Any, name: str, case: Case, caller: Principal | None, ids: dict[str, str]) -> Any:
    method, path = name.split(" ", 1)
    headers = {"If-Match": "*"} if case.versioned else {}
    return await world.call(method, path.format_map(ids), caller, json=case.body, headers=headers)


@pytest.mark.parametrize("name", CASES)
async def test_nobody_gets_further_than_the_rules_allow(world: Any, ids: dict[str, str], name: str) -> None:
    case = CASES[name]
    anonymous = await send(world, name, case, None, ids)
    assert anonymous.status_code == 401
    for caller in case.refused:
        assert (await send(world, name, case, caller, ids)).status_code == 403, caller
    for caller in case.foreign:
        there = await send(world, name, case, caller, ids)
        nowhere = await send(world, name, case, caller, dict.fromkeys(ids, MISSING))
        assert there.status_code == nowhere.status_code == 404, caller
        assert there.json()["title"] == nowhere.json()["title"]
    assert (await send(world, name, case, case.owner, ids)).status_code == case.status


@pytest.mark.parametrize("name", PUBLIC)
async def test_public_operations_need_no_token(world: Any, name: str) -> None:
    status, body = PUBLIC[name]
    method, path = name.split(" ", 1)
    async with world.harness.client() as http:
        prefix = "" if path.startswith("/.well-known") else "/api/v1"
        answer = await http.request(method, f"{prefix}{path}", json=body)
    assert answer.status_code == status, answer.text


async def test_a_refusal_leaves_nothing_behind(world: Any, ids: dict[str, str], told: Any) -> None:
    before = len(await told(UserChanged))
    for caller in (RESELLER_BASIC, OTHER_RESELLER):
        await send(world, "DELETE /users/{user}", CASES["DELETE /users/{user}"], caller, ids)
    assert len(await told(UserChanged)) == before
    assert (await world.log_in("revendeur_lecteur")).status_code == 200
