"""The access rules of an app's routes, read from the app itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path

from web.auth.rules import Public, Rule


@dataclass(frozen=True)
class DeclaredRoute:
    """``path`` is the template; ``name`` is what the audit trail calls it; ``rules`` are all that the route
    declares, its router's included."""

    path: str
    methods: frozenset[str]
    name: str
    rules: tuple[Rule | Public, ...]

    def __str__(self) -> str:
        return f"{' '.join(sorted(self.methods))} {self.path}"


def declared_routes(app: FastAPI) -> list[DeclaredRoute]:
    """Every route, also of routers that FastAPI includes lazily."""
    return [
        DeclaredRoute(
            path=route.path or "",
            methods=frozenset(route.methods or ()),
            name=str(route.name or ""),
            # A rule that two of a route's dependencies declare counts once.
            rules=tuple(dict.fromkeys(_rules(getattr(route, "dependant", None)))),
        )
        for route in iter_route_contexts(app.routes)
    ]


def _rules(dependant: Dependant | None) -> Iterator[Rule | Public]:
    for dependency in dependant.dependencies if dependant else ():
        if isinstance(dependency.call, (Rule, Public)):
            yield dependency.call
        yield from _rules(dependency)


def methods_at(routes: Sequence[BaseRoute], path: str) -> list[str]:
    """The methods that ``path`` allows, sorted. The router knows the methods of one route only, and a path may have
    several; mounted files allow GET and HEAD."""
    fitting = [route for route in iter_route_contexts(routes) if _pattern(route.path or "").match(path)]
    found = {method for route in fitting for method in route.methods or ()}
    return sorted(found) or ["GET", "HEAD"]


@lru_cache(maxsize=1024)
def _pattern(template: str) -> Any:
    return compile_path(template)[0]


def describe_access(document: dict[str, Any], routes: Iterable[DeclaredRoute]) -> None:
    """Writes into an OpenAPI document the access rule of each operation: ``security``, and ``x-access`` in detail."""
    for route in routes:
        item = document["paths"].get(route.path, {})
        for method in route.methods & {name.upper() for name in item}:
            operation = item[method.lower()]
            operation["security"] = [{} if isinstance(rule, Public) else {"bearer": []} for rule in route.rules]
            operation["x-access"] = [_access(rule) for rule in route.rules]


def _access(rule: Rule | Public) -> dict[str, Any]:
    if isinstance(rule, Public):
        return {"public": rule.reason}
    return {"kinds": sorted(rule.kinds), "administrators": rule.write, "scope": rule.scope}


PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457). `title` is a sentence for a person, in French or English by Accept-Language; "
    "`code` is for programs.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:sqp:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        },
    },
}
REFUSAL = {
    "description": "The refusal, as a problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
# FastAPI's own schema of malformed input, which is answered with a problem instead.
REPLACED = frozenset({"HTTPValidationError", "ValidationError"})


def describe_refusals(document: dict[str, Any]) -> None:
    """Writes into an OpenAPI document that every operation answers errors with a problem, whatever the status."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in REPLACED & schemas.keys():
        del schemas[name]
    schemas["Problem"] = PROBLEM
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = REFUSAL
