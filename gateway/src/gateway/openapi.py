"""One OpenAPI 3.1 document out of one per service."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from web.http.route_access import PROBLEM

Document = dict[str, Any]

SCHEMAS = "#/components/schemas/"
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})

# A generic model's name, as FastAPI writes it: Page_Address_ for Page[Address].
_GENERIC = re.compile(r"^([A-Za-z0-9]+)_([A-Za-z0-9]+)_$")


def merge(
    documents: Mapping[str, Document], *, unavailable: list[str], server: str, is_offered: Callable[[str], bool]
) -> Document:
    """All operations of ``documents`` (by service) in one document, as far as their paths are offered outside.

    A schema name that means different things in two services gets the service's name in front, in each of them;
    ``x-unavailable`` names the services whose part is missing.
    """
    documents = {service: _readable(document) for service, document in documents.items()}
    clashing = _clashing(documents)
    paths: Document = {}
    schemas: Document = {"Problem": PROBLEM}
    for service, document in documents.items():
        names = {name: f"{service.capitalize()}{name}" for name in clashing if name in _schemas(document)}
        for name, schema in _schemas(document).items():
            schemas[names.get(name, name)] = _renamed(schema, names)
        for path, item in _renamed(document.get("paths", {}), names).items():
            if is_offered(path):
                paths[path] = {**paths.get(path, {}), **_operations(service, item)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "SQP",
            "version": "1",
            "description": _description(unavailable),
        },
        "servers": [{"url": server}],
        "security": [{"bearer": []}],
        "tags": [{"name": service} for service in documents],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _reachable(paths, schemas),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "x-unavailable": unavailable,
    }


def _description(unavailable: list[str]) -> str:
    """Also what a reader of the page must know: that a part of it is missing."""
    told = "Service contracts, incidents and their follow-up. The events between services: [AsyncAPI](/asyncapi.yaml)."
    return f"{told}\n\n**Not answering now: {', '.join(unavailable)}.**" if unavailable else told


def _schemas(document: Document) -> Document:
    found: Document = document.get("components", {}).get("schemas", {})
    return found


def _readable(document: Document) -> Document:
    """AddressPage instead of Page_Address_."""
    found = _schemas(document)
    names = {name: _GENERIC.sub(r"\2\1", name) for name in found}
    names = {name: new for name, new in names.items() if new != name and new not in found}
    schemas = {names.get(name, name): _renamed(schema, names) for name, schema in found.items()}
    return {"paths": _renamed(document.get("paths", {}), names), "components": {"schemas": schemas}}


def _clashing(documents: Mapping[str, Document]) -> set[str]:
    """Names under which two services say different things."""
    first: Document = {}
    clashing = set()
    for document in documents.values():
        for name, schema in _schemas(document).items():
            if first.setdefault(name, schema) != schema:
                clashing.add(name)
    return clashing | _referring(documents, clashing)


def _referring(documents: Mapping[str, Document], clashing: set[str]) -> set[str]:
    """What refers to a clashing schema says something else in each service too, under the same words."""
    found = set(clashing)
    grew = bool(clashing)
    while grew:
        grew = False
        for document in documents.values():
            for name, schema in _schemas(document).items():
                if name not in found and _references(schema) & found:
                    found.add(name)
                    grew = True
    return found


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_references, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"].removeprefix(SCHEMAS)} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(_references, node.values()))


def _reachable(paths: Document, schemas: Document) -> Document:
    """The schemas that the offered operations need, by name."""
    wanted, found = _references(paths) | {"Problem"}, set[str]()
    while wanted := (wanted - found) & schemas.keys():
        found |= wanted
        wanted = set().union(*(_references(schemas[name]) for name in wanted))
    return {name: schemas[name] for name in sorted(found)}


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """``node`` with every reference to a renamed schema rewritten, discriminators included."""
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if isinstance(node, dict):
        return {key: _renamed(value, names) for key, value in node.items()}
    if isinstance(node, str) and node.startswith(SCHEMAS):
        name = node.removeprefix(SCHEMAS)
        return SCHEMAS + names.get(name, name)
    return node


def _operations(service: str, item: Document) -> Document:
    """The operations of one path, tagged with their service."""
    return {
        key: {**value, "tags": [service], "x-service": service} if key in METHODS else value
        for key, value in item.items()
    }
