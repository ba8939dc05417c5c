"""An app's document says who may call what, as its routes declare it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from chassis.http.app import Application
from web.auth.principal import Principal
from web.auth.rules import Public, people
from web.http.route_access import declared_routes
from web.observability import Metrics

things = APIRouter(prefix="/things")


@things.get("", dependencies=[Depends(Public("there is nothing to hide"))])
async def list_things() -> None: ...


@things.post("")
async def add_thing(
    principal: Annotated[Principal, Depends(people("sqp", write=True, scope="things:write"))],
) -> None: ...


@things.put("")
async def replace_things() -> None: ...


def application() -> Application:
    app = Application(metrics=Metrics(), max_body_size=1000)
    app.include_router(things, prefix="/api")
    return app


def test_the_rules_of_included_routers_are_found() -> None:
    found = {str(route): len(route.rules) for route in declared_routes(application()) if route.path == "/api/things"}
    assert found == {"GET /api/things": 1, "POST /api/things": 1, "PUT /api/things": 0}


def test_the_document_says_who_may_call() -> None:
    operations = application().openapi()["paths"]["/api/things"]
    assert operations["get"]["security"] == [{}]
    assert operations["get"]["x-access"] == [{"public": "there is nothing to hide"}]
    assert operations["post"]["security"] == [{"bearer": []}]
    assert operations["post"]["x-access"] == [{"kinds": ["sqp"], "administrators": True, "scope": "things:write"}]
