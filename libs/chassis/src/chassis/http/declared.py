"""What an app's routes demand of their callers, read off the app itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
