"""Every field that Kubernetes would take and that a rendering does not have, added in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.cluster.rendering import Manifest
from tests.cluster.schemas import NEWEST, definition, of_kubernetes, problems

# Filled in by the server alone.
SERVERS = {"status"}
DEEP = 3


class Addition(NamedTuple):
    """A field ``name`` with ``value``, into a mapping inside ``manifest`` that stands at ``words``."""

    manifest: Manifest
    into: dict[str, Any]
    words: str
    name: str
    value: Any

    @contextmanager
    def planted(self) -> Iterator[None]:
        self.into[self.name] = self.value
        try:
            yield
        finally:
            del self.into[self.name]


def additions(manifests: Sequence[Manifest], kind: str) -> list[Addition]:
    """One of each form, of those that the schema would take."""
    found: dict[str, Addition] = {}
    for manifest in manifests:
        if manifest["kind"] == kind:
            schema = of_kubernetes(manifest["apiVersion"], kind, NEWEST)
            for addition in _inside(manifest, manifest, schema, ""):
                found.setdefault(addition.words, addition)
    return [addition for addition in found.values() if _is_valid(addition)]


def _is_valid(addition: Addition) -> bool:
    with addition.planted():
        return not problems(addition.manifest, NEWEST)


def _inside(manifest: Manifest, value: Any, schema: dict[str, Any], words: str) -> Iterator[Addition]:
    known = _resolved(schema)
    if isinstance(value, list):
        for each in value:
            yield from _inside(manifest, each, known.get("items", {}), words)
    if isinstance(value, dict):
        fields = known.get("properties", {})
        for name in fields.keys() - value.keys() - SERVERS:
            yield Addition(manifest, value, f"{words} {name}".strip(), name, _sample(fields[name], DEEP))
        for name in fields.keys() & value.keys():
            yield from _inside(manifest, value[name], fields[name], f"{words} {name}".strip())


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = definition(schema["$ref"], NEWEST)
    return schema


def _sample(schema: dict[str, Any], deep: int) -> Any:
    """Any value of its type; of a mapping what must be there, or else its first field."""
    known = _resolved(schema)
    types = known.get("type", "string")
    [kind, *_] = types if isinstance(types, list) else [types]
    if kind in ("array", "object") and not deep:
        return [] if kind == "array" else {}
    if kind == "array":
        return [_sample(known["items"], deep - 1)]
    if kind == "object":
        fields = known.get("properties", {})
        names = known.get("required") or [*fields][:1]
        return {name: _sample(fields[name], deep - 1) for name in names} or {"some": "thing"}
    return {"boolean": True, "integer": 1, "number": 1}.get(kind, "something")
