"""Every operation of the OpenAPI document × anonymous, another tenant, the wrong role, the owner. A new route fails
here until it is classified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from services.identity.tests.cases import ADDRESS, CASES, MISSING, USER, send
from sqlalchemy import select

from chassis.http.unit_of_work import SAFE_METHODS
from chassis.tables import AuditEntry
from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, Harness
from events.identity import UserChanged
from web.auth.rules import Public, Rule

# Open to anyone, and what a stranger's empty-handed call gets.
PUBLIC: dict[str, tuple[int, Any]] = {
    "POST /auth/login": (401, {"login": "a", "password": "b"}),
    "POST /auth/second-step": (409, {"second_step": "a", "code": "123456"}),
    "POST /auth/second-step/application": (409, {"second_step": "a"}),
    "POST /auth/second-step/application/confirm": (409, {"second_step": "a", "code": "123456"}),
    "POST /auth/second-step/passkey": (409, {"second_step": "a"}),
    "POST /auth/passkey/options": (200, None),
    "POST /auth/passkey": (409, {"challenge": "a", "credential": {}}),
    "POST /auth/exchange": (401, {"session_token": "a"}),
    "POST /auth/refresh": (401, {"refresh_token": "a"}),
    "POST /auth/logout": (204, {"refresh_token": "a"}),
    "POST /auth/register": (202, {"contract_number": "1", "serial_number": "1", "email": "a@b.fr"}),
    "POST /auth/activation": (409, {"token": "a"}),
    "POST /auth/activation/again": (202, {"token": "a"}),
    "POST /auth/activate": (409, {"token": "a", "password": "un tout nouveau mot de passe"}),
    "POST /auth/password/forgot": (202, {"login": "a"}),
    "POST /auth/password/link": (409, {"token": "a"}),
    "POST /auth/password/reset": (409, {"token": "a", "password": "un tout nouveau mot de passe"}),
    "POST /auth/email/link": (409, {"token": "a"}),
    "POST /auth/email/confirm": (409, {"token": "a"}),
    "POST /oauth/token": (400, {}),
    "GET /.well-known/jwks.json": (200, None),
}


PARAMETERS = {
    "/sessions/{identifier}": "session",
    "/users/{identifier}": "user",
    "/users/{identifier}/invitation": "invited",
    "/users/{identifier}/factors": "user",
    "/auth/factors/passkeys/{identifier}": "passkey",
    "/rescues/{identifier}/confirm": "rescue",
    "/rescues/{identifier}/refuse": "rescue",
    "/addresses/{identifier}": "address",
    "/clients/{identifier}": "client",
    "/clients/{identifier}/access": "client",
    "/clients/{identifier}/users": "client",
    "/clients/{identifier}/invitation": "client",
    "/resellers/{identifier}": "reseller",
    "/resellers/{identifier}/invitation": "reseller",
    "/resellers/{identifier}/users": "reseller",
    "/invitations/{identifier}": "waiting",
    "/invitations/{identifier}/again": "waiting",
    "/sign-up-requests/{identifier}": "request",
    "/sign-up-requests/{identifier}/approve": "request",
    "/sign-up-requests/{identifier}/refuse": "request",
}


def operations(harness: Harness) -> Iterator[str]:
    for path, methods in harness.app.openapi()["paths"].items():
        short = path.removeprefix("/api/v1")
        short = short.replace("{identifier}", "{" + PARAMETERS.get(short, "") + "}")
        short = short.replace("{list_name}", "contracts").replace("{view_id}", "{view}")
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
    # The audit trail is the chassis', the same in every service.
    assert len(routes) + 1 == len(CASES) + len(PUBLIC)
    for route in routes:
        rules = {id(call) for call in flat(route.dependant) if isinstance(call, Rule | Public)}
        assert len(rules) == 1, f"{route.methods} {route.path}"


@pytest.fixture
async def ids(world: Any) -> dict[str, str]:
    """One record of each kind that belongs to the first reseller."""
    await world.log_in("revendeur")
    session = (await world.call("GET", "/sessions", RESELLER)).json()["items"][0]["id"]
    address = (await world.call("POST", "/addresses", RESELLER, json=ADDRESS)).json()["id"]
    invited = await world.call(
        "POST", "/users", RESELLER, json={**USER, "login": "invite", "email": "invite@exemple.fr"}
    )
    waiting = await world.call(
        "POST", f"/clients/{CLIENT.organisation_id}/invitation", RESELLER, json={"email": "attend@exemple.fr"}
    )
    await world.register_contract()
    asked = {"contract_number": "29962", "serial_number": "Q207B17555", "email": "a@b.fr"}
    await world.call("POST", "/auth/register", json=asked)
    await world.harness.run_jobs()
    request = (await world.call("GET", "/sign-up-requests", RESELLER)).json()["items"][0]["id"]
    view = await world.call("POST", "/me/lists/contracts/views", RESELLER, json={"name": "À moi", "query": ""})
    rescue = uuid4()
    await world.sql(
        "INSERT INTO rescues (id, user_id, reason, asked_by, asked_at, expires_at)"
        " VALUES (:id, :whose, 'perdu', :by, now(), now() + interval '1 hour')",
        id=rescue,
        whose=RESELLER.user_id,
        by=SQP.user_id,
    )
    return {
        "rescue": str(rescue),
        "passkey": str(uuid4()),
        "view": view.json()["id"],
        "session": session,
        "user": str(RESELLER_BASIC.user_id),
        "invited": invited.json()["id"],
        "waiting": waiting.json()["id"],
        "address": address,
        "client": str(CLIENT.organisation_id),
        "reseller": str(RESELLER.organisation_id),
        "request": request,
    }


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


@pytest.mark.parametrize("name", [name for name in CASES if name.split(" ", 1)[0] not in SAFE_METHODS])
async def test_a_change_is_on_record_in_words_of_its_own_and_none_is_not(
    world: Any, ids: dict[str, str], name: str
) -> None:
    """The second time, most of them change nothing."""
    for _ in range(2):
        await send(world, name, CASES[name], CASES[name].owner, ids)
    async with world.harness.service.database.reader() as reader:
        actions = (await reader.execute(select(AuditEntry.action).distinct())).scalars().all()
    assert [action for action in actions if "." not in action] == []


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
