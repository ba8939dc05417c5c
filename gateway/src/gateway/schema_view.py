"""A JSON schema as rows of a table that a person reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

LIMITS = (
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "pattern",
)


@dataclass(frozen=True)
class Part:
    """A piece of a type's name; ``anchor`` names the schema that it leads to."""

    text: str
    anchor: str | None = None


@dataclass(frozen=True)
class Field:
    name: str
    type: list[Part]
    required: bool
    description: str
    limits: list[tuple[str, Any]]


def fields(schema: Schema) -> list[Field]:
    """The properties of an object, in their order."""
    required = set(schema.get("required", ()))
    return [
        Field(
            name=name,
            type=type_of(property_),
            required=name in required,
            description=property_.get("description", ""),
            limits=limits(property_),
        )
        for name, property_ in schema.get("properties", {}).items()
    ]


def type_of(schema: Schema) -> list[Part]:
    if "$ref" in schema:
        name = reference(schema)
        return [Part(name, name)]
    if "const" in schema:
        return [Part(f"“{schema['const']}”")]
    if "enum" in schema:
        return [Part(" | ".join(f"“{value}”" for value in schema["enum"]))]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return _joined(schema[key], " & " if key == "allOf" else " | ")
    return _plain(schema)


def limits(schema: Schema) -> list[tuple[str, Any]]:
    """Bounds by their keyword, those of a nullable type and the default included."""
    found = [(key, schema[key]) for key in LIMITS if key in schema]
    for option in schema.get("anyOf", ()):
        found.extend(limits(option))
    if "default" in schema and schema["default"] is not None and schema["default"] != "":
        found.append(("default", schema["default"]))
    return found


def reference(schema: Schema) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _plain(schema: Schema) -> list[Part]:
    kind = schema.get("type", "any")
    if kind == "array":
        return [*type_of(schema.get("items", {})), Part("[]")]
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return [Part("{ string: "), *type_of(schema["additionalProperties"]), Part(" }")]
    return [Part(schema.get("format") or schema.get("contentMediaType") or str(kind))]


def _joined(options: list[Schema], separator: str) -> list[Part]:
    parts: list[Part] = []
    for option in options:
        if parts:
            parts.append(Part(separator))
        parts.extend(type_of(option))
    return parts
