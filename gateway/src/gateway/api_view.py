"""The merged OpenAPI document as its page shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.openapi import METHODS, Document
from gateway.schema_view import Field, Part, fields, limits, reference, type_of


@dataclass(frozen=True)
class Body:
    media_type: str
    type: list[Part]
    fields: list[Field]


@dataclass(frozen=True)
class Answer:
    status: str
    description: str
    bodies: list[Body]


@dataclass(frozen=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    access: list[dict[str, Any]]
    parameters: list[tuple[str, Field]]
    bodies: list[Body]
    answers: list[Answer]


@dataclass(frozen=True)
class Named:
    name: str
    description: str
    fields: list[Field]
    type: list[Part]


@dataclass(frozen=True)
class Section:
    service: str
    operations: list[Operation]


def sections(document: Document) -> list[Section]:
    """One per service, operations by path."""
    return [
        Section(service=tag["name"], operations=[o for name, o in _operations(document) if name == tag["name"]])
        for tag in document["tags"]
    ]


def schemas(document: Document) -> list[Named]:
    return [
        Named(name, schema.get("description", ""), fields(schema), type_of(schema))
        for name, schema in document["components"]["schemas"].items()
    ]


def _operations(document: Document) -> Iterator[tuple[str, Operation]]:
    for path, item in document["paths"].items():
        for method in (key for key in item if key in METHODS):
            yield item[method]["x-service"], _operation(document, method, path, item[method])


def _operation(document: Document, method: str, path: str, operation: Document) -> Operation:
    return Operation(
        anchor=re.sub(r"[^a-z0-9]+", "-", f"{method}{path}".lower()).strip("-"),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        access=operation.get("x-access", []),
        parameters=[_parameter(given) for given in operation.get("parameters", ())],
        bodies=_bodies(document, operation.get("requestBody", {})),
        answers=[
            Answer(status, answer.get("description", ""), _bodies(document, answer))
            for status, answer in operation["responses"].items()
            if status != "default"
        ],
    )


def _parameter(given: Document) -> tuple[str, Field]:
    schema = given.get("schema", {})
    described = given.get("description") or schema.get("description", "")
    field = Field(given["name"], type_of(schema), given.get("required", False), described, limits(schema))
    return given["in"], field


def _bodies(document: Document, holder: Document) -> list[Body]:
    return [
        Body(media_type, type_of(media["schema"]), _fields(document, media["schema"]))
        for media_type, media in holder.get("content", {}).items()
        if media.get("schema")
    ]


def _fields(document: Document, schema: Any) -> list[Field]:
    """The fields of an object, named or not; anything else is named by its type alone."""
    if "$ref" in schema:
        schema = document["components"]["schemas"].get(reference(schema), {})
    return fields(schema)
