"""Validates manifests by Kubernetes' schemas of a version, and by small schemas of the operators' kinds."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from kubernetes_validate.utils import SchemaNotFoundError, schema_contents
from referencing import Registry, Resource
from tests.cluster.rendering import Manifest

# The oldest and the newest supported version.
VERSIONS = ("1.35", "1.37")
DEFINITIONS = "https://kubernetes.io/api/_definitions.json"
OPERATORS = Path(__file__).with_name("operators.yaml")


def problems(manifest: Manifest, version: str) -> list[str]:
    """Errors of the manifest, one line each. Strict: an undeclared field is an error.

    Raises SchemaNotFoundError for a kind that neither Kubernetes nor ``operators.yaml`` knows.
    """
    subject = f"{manifest['kind']} {manifest['metadata']['name']}"
    errors = _validator(manifest["apiVersion"], manifest["kind"], version).iter_errors(manifest)
    return [f"{subject}: {'.'.join(map(str, error.path))}: {error.message[:300]}" for error in errors]


@cache
def _validator(api_version: str, kind: str, version: str) -> Validator:
    own = operators().get(kind)
    if own and own["apiVersion"] == api_version:
        schema = _object(kind, own)
    else:
        schema = of_kubernetes(api_version, kind, version)
    return Draft202012Validator(schema, registry=_registry(version))


@cache
def operators() -> dict[str, dict[str, Any]]:
    """By kind: its version, and the fields that are taken."""
    text = OPERATORS.read_text().replace("k8s#", f"{DEFINITIONS}#/$defs/")
    kinds: dict[str, dict[str, Any]] = yaml.safe_load(text)["kinds"]
    return kinds


def _object(kind: str, own: dict[str, Any]) -> dict[str, Any]:
    spec = {
        "type": "object",
        "additionalProperties": False,
        "required": own["required"],
        "properties": own["properties"],
    }
    metadata = {"$ref": f"{DEFINITIONS}#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
    properties = {
        "apiVersion": {"const": own["apiVersion"]},
        "kind": {"const": kind},
        "metadata": metadata,
        "spec": spec,
    }
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


def of_kubernetes(api_version: str, kind: str, version: str) -> dict[str, Any]:
    """Raises SchemaNotFoundError for an operator's kind."""
    group, _, last = api_version.rpartition("/")
    file = f"{kind.lower()}-{group.split('.')[0]}-{last}.json" if group else f"{kind.lower()}-{last}.json"
    try:
        schema: dict[str, Any] = schema_contents(f"{_folder(version)}/{file}", version)
    except FileNotFoundError:
        raise SchemaNotFoundError(kind, version, api_version) from None
    return {**schema, "$id": f"https://kubernetes.io/api/{file}"}


def _folder(version: str) -> str:
    return f"kubernetes-json-schema/v{version}.0-local-strict"


@cache
def _registry(version: str) -> Registry[Any]:
    definitions = schema_contents(f"{_folder(version)}/_definitions.json", version)
    registry: Registry[Any] = Registry().with_resource(DEFINITIONS, Resource.from_contents(definitions))
    return registry
