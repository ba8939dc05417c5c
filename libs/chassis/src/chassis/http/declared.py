"""What an app's routes demand of their callers, read off the app itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from chassis.auth.rules import Public, Rule


@dataclass(frozen=True)
class DeclaredRoute:
    """``path`` is the template; ``rules`` are all that the route declares, its router's included."""

    path: str
    methods: frozenset[str]
    rules: tuple[Rule | Public, ...]

    def __str__(self) -> str:
        return f"{' '.join(sorted(self.methods))} {self.path}"


def declared_routes(app: FastAPI) -> list[DeclaredRoute]:
    """Every route, those of routers that FastAPI includes only when asked as well."""
    return [
        DeclaredRoute(
            path=route.path or "",
            methods=frozenset(route.methods or ()),
            rules=tuple(_rules(getattr(route, "dependant", None))),
        )
        for route in iter_route_contexts(app.routes)
    ]


def _rules(dependant: Dependant | None) -> Iterator[Rule | Public]:
    for dependency in dependant.dependencies if dependant else ():
        if isinstance(dependency.call, (Rule, Public)):
            yield dependency.call
        yield from _rules(dependency)


def describe_access(document: dict[str, Any], routes: Iterable[DeclaredRoute]) -> None:
    """Writes into an OpenAPI document who may call each operation: ``security``, and ``x-access`` in detail."""
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
