"""Whoever was shut out, demoted or lost a scope writes nothing, with whatever token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from services.identity.tests.cases import CASES, MISSING, OFFICE, WRITES, send

from chassis.http.unit_of_work import SAFE_METHODS
from devkit.harness import OTHER_CLIENT, Harness
from identity import auth
from web.auth.rules import Public, Rule

SHUT_OUT = {
    "disabled": "UPDATE users SET status = 'disabled' WHERE id = :user",
    "never activated": "UPDATE users SET status = 'invited' WHERE id = :user",
    "moved": "UPDATE users SET organisation_id = :other WHERE id = :user",
    "session ended": "UPDATE sessions SET revoked_at = now() WHERE user_id = :user",
    "session over": "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = :user",
    "session of another": "UPDATE sessions SET user_id = :somebody WHERE user_id = :user",
    "session gone": "DELETE FROM sessions WHERE user_id = :user",
    "portal closed": "UPDATE organisations SET portal_access = false WHERE id = :organisation",
}


def rules(harness: Harness) -> Iterator[tuple[APIRoute, Any]]:
    def flat(dependant: Any) -> Iterator[Any]:
        for child in dependant.dependencies:
            yield child.call
            yield from flat(child)

    for router in (*harness.service.routers, *harness.service.root_routers):
        for route in router.routes:
            if isinstance(route, APIRoute) and (route.methods or set()) - SAFE_METHODS:
                yield route, next(call for call in flat(route.dependant) if isinstance(call, Rule | Public))


async def test_every_write_route_declares_a_rule_that_reads_the_caller(harness: Harness) -> None:
    checked = list(rules(harness))
    assert len(checked) > 20
    for route, rule in checked:
        assert isinstance(rule, auth.Present | Public), f"{route.methods} {route.path}"
    late = {route.path for route, rule in checked if getattr(rule, "is_late", False)}
    assert late == {"/me", "/me/password", "/auth/proof"}, "only what hashes a password first asks later"


@pytest.fixture
async def nowhere(world: Any) -> dict[str, str]:
    kinds = ("session", "user", "invited", "waiting", "address", "client", "request", "reseller", "view")
    return dict.fromkeys((*kinds, "rescue", "passkey"), MISSING)


PEOPLES_WRITES = [name for name in WRITES if CASES[name].owner is not OFFICE]


@pytest.mark.parametrize("how", SHUT_OUT)
async def test_whoever_was_shut_out_writes_nothing(world: Any, nowhere: dict[str, str], how: str) -> None:
    for owner in {CASES[name].owner for name in PEOPLES_WRITES}:
        values = {"user": owner.user_id, "organisation": owner.organisation_id}
        values |= {"other": OTHER_CLIENT.organisation_id, "somebody": OTHER_CLIENT.user_id}
        await world.sql(SHUT_OUT[how], **{name: value for name, value in values.items() if f":{name}" in SHUT_OUT[how]})
    for name in PEOPLES_WRITES:
        answer = await send(world, name, CASES[name], CASES[name].owner, nowhere)
        assert (answer.status_code, answer.json()["code"]) == (401, "session_over"), name


async def test_a_demoted_administrator_writes_nothing(world: Any, nowhere: dict[str, str]) -> None:
    await world.sql("UPDATE users SET role = 'basic'")
    names = [name for name in PEOPLES_WRITES if any(person.role == "basic" for person in CASES[name].refused)]
    assert len(names) > 12
    for name in names:
        answer = await send(world, name, CASES[name], CASES[name].owner, nowhere)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), name


@pytest.mark.parametrize(
    "how",
    [
        "UPDATE service_accounts SET disabled_at = now()",
        "UPDATE service_accounts SET scopes = '[]'",
        "DELETE FROM service_accounts",
    ],
)
@pytest.mark.parametrize("name", [name for name in WRITES if CASES[name].owner is OFFICE])
async def test_a_service_account_that_lost_its_right_writes_nothing(
    world: Any, nowhere: dict[str, str], how: str, name: str
) -> None:
    await world.sql(how)
    assert (await send(world, name, CASES[name], OFFICE, nowhere)).status_code == 401
