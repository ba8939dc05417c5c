"""Every route says who may call it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from tests.architecture.conftest import ROOT

from chassis.http.app import create_app
from chassis.service import Service
from gateway.routing import is_offered
from web.auth.rules import Public, Rule
from web.http.route_access import DeclaredRoute, declared_routes

# FastAPI's own: what a service offers, which the gateway shows to everybody.
DOCUMENT = "/openapi.json"
PROBES = {"/livez", "/readyz", "/metrics"}
SAFE = {"GET", "HEAD", "OPTIONS"}

# What a basic user (who reads only) changes all the same: its own reading, profile, password and sessions.
ONES_OWN = {
    "POST /api/v1/notifications/read",
    "PUT /api/v1/notifications/preferences",
    "PATCH /api/v1/me",
    "POST /api/v1/me/password",
    "POST /api/v1/me/pending-email/link",
    "DELETE /api/v1/me/pending-email",
    "PUT /api/v1/me/lists/{list_name}/hidden-columns",
    "POST /api/v1/me/lists/{list_name}/views",
    "PATCH /api/v1/me/lists/{list_name}/views/{view_id}",
    "DELETE /api/v1/me/lists/{list_name}/views/{view_id}",
    "POST /api/v1/auth/proof",
    "POST /api/v1/auth/factors/application",
    "POST /api/v1/auth/factors/application/confirm",
    "DELETE /api/v1/auth/factors/application",
    "POST /api/v1/auth/factors/recovery-codes",
    "POST /api/v1/auth/proof/passkey",
    "POST /api/v1/auth/factors/passkeys/options",
    "POST /api/v1/auth/factors/passkeys",
    "DELETE /api/v1/auth/factors/passkeys/{identifier}",
    "DELETE /api/v1/sessions",
    "DELETE /api/v1/sessions/{identifier}",
    # Who looks at an incident is seen by colleagues, also who only reads.
    "PUT /api/v1/desk/{number}/presence/{page_id}",
    "DELETE /api/v1/desk/{number}/presence/{page_id}",
}


@pytest.fixture
def routes(service: Service) -> list[DeclaredRoute]:
    found = [route for route in declared_routes(create_app(service)) if route.path != DOCUMENT]
    assert {route.path for route in found} > PROBES  # the walk sees included routers
    return found


def test_every_route_declares_exactly_one_rule(routes: list[DeclaredRoute]) -> None:
    assert [str(route) for route in routes if len(route.rules) != 1] == []


def test_what_is_public_says_why(routes: list[DeclaredRoute]) -> None:
    public = [rule for route in routes for rule in route.rules if isinstance(rule, Public)]
    assert all(len(rule.reason.split()) > 2 for rule in public)


def test_a_basic_user_changes_only_what_is_its_own(routes: list[DeclaredRoute]) -> None:
    open_to_basic = {
        str(route)
        for route in routes
        for rule in route.rules
        if isinstance(rule, Rule) and rule.kinds and not rule.write and not route.methods <= SAFE
    }
    assert open_to_basic <= ONES_OWN


def test_the_gateway_leads_to_every_route(routes: list[DeclaredRoute]) -> None:
    inside = {route.path for route in routes if not is_offered(route.path)}
    assert inside <= PROBES | {"/api/v1/auth/exchange"}


def test_every_service_can_say_what_it_offers(service: Service) -> None:
    document = create_app(service).openapi()
    assert all(operation.get("responses") for item in document["paths"].values() for operation in item.values())


def test_both_answers_of_what_is_created_or_known_are_documented(service: Service) -> None:
    """201 and 200 have the same body, whichever FastAPI takes for the default."""
    named = {function.name for function in creating_or_not(service) if not function.name.startswith("_")}
    answers = [
        [operation["responses"].get(code, {}).get("content", {}).get("application/json") for code in ("200", "201")]
        for operations in create_app(service).openapi()["paths"].values()
        for operation in operations.values()
        if operation["operationId"].partition("_api_v1_")[0] in named
    ]
    assert len(answers) == len(named)
    assert [both for both in answers if None in both or both[0] != both[1]] == []


def creating_or_not(service: Service) -> Iterator[Any]:
    for path in (ROOT / "services" / service.settings.name / "src").rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_function = isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_function and "status_code = 201 if" in ast.unparse(function):
                yield function
