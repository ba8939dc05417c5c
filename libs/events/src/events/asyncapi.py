"""The published language as an AsyncAPI 3 document, generated from the models.

One channel per publisher (a topic exchange routes by event type), one message per event, one *send* operation per
publisher and one *receive* operation per consumer queue.
"""

from __future__ import annotations

import inspect
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from events import CATALOGUE, Envelope, Event
from events.samples import sample
from events.subscriptions import subscriptions

Document = dict[str, Any]

EXCHANGE = "events"
SCHEMAS = "#/components/schemas/{model}"


def document() -> Document:
    references, schemas = _schemas()
    publishers = sorted({publisher(type_) for type_ in CATALOGUE})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "SQP events",
            "version": "1",
            "description": "Events that the services of the platform publish, as CloudEvents 1.0 in structured "
            "JSON. They are additive: ignore fields that you do not know. Delivery is at least once and in no "
            "guaranteed order: `aggregateversion` says which of two states is the newer.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {name: _channel(name) for name in publishers},
        "operations": {
            **{f"{name}.send": _sending(name) for name in publishers},
            **{f"{consumer}.receive.{source}": _receiving(consumer, source) for consumer, source in _takings()},
        },
        "components": {
            "messages": {type_: _message(model, references[model]) for type_, model in sorted(CATALOGUE.items())},
            "schemas": schemas,
        },
    }


def publisher(type_: str) -> str:
    return type_.split(".", 1)[0]


def summary(model: type[Event]) -> str:
    """The event's docstring; without one, its name in words."""
    return inspect.cleandoc(model.__doc__) if "__doc__" in vars(model) and model.__doc__ else ""


def _channel(name: str) -> Document:
    types = [type_ for type_ in sorted(CATALOGUE) if publisher(type_) == name]
    return {
        "address": f"{name}.#",
        "title": f"Events of {name}",
        "description": f"Sent to the exchange `{EXCHANGE}.{name}`, which only {name} may do, and received from here.",
        "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in types},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _sending(name: str) -> Document:
    return {"action": "send", "channel": {"$ref": f"#/channels/{name}"}, "title": f"{name} publishes"}


def _receiving(consumer: str, source: str) -> Document:
    types = [type_ for type_, takers in sorted(subscriptions().items()) if consumer in takers]
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{source}"},
        "title": f"{consumer} takes",
        "messages": [
            {"$ref": f"#/channels/{source}/messages/{type_}"} for type_ in types if publisher(type_) == source
        ],
    }


def _takings() -> list[tuple[str, str]]:
    """Queue and publisher. An operation is bound to one channel: a queue that receives from two publishers has two."""
    return sorted({(name, publisher(type_)) for type_, takers in subscriptions().items() for name in takers})


def _message(model: type[Event], data: Document) -> Document:
    released = sample(model.type)
    described = {"description": summary(model)} if summary(model) else {}
    return {
        "name": model.type,
        "title": model.__name__,
        **described,
        "contentType": "application/cloudevents+json",
        "payload": {
            "allOf": [
                {"$ref": SCHEMAS.format(model="Envelope")},
                {
                    "type": "object",
                    "required": ["type", "data"],
                    "properties": {
                        "type": {"const": model.type},
                        "data": data,
                    },
                },
            ]
        },
        "examples": [{"name": "sample", "payload": released}],
    }


def _schemas() -> tuple[dict[type[Event], Document], Document]:
    """A reference per event, and the schemas that all of them need, with pydantic's ``$defs`` lifted out."""
    every: list[type[BaseModel]] = [Envelope, *CATALOGUE.values()]
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "serialization") for model in every]
    references, definitions = models_json_schema(models, ref_template=SCHEMAS)
    schemas: Document = dict(sorted(definitions["$defs"].items()))
    return {model: references[model, "serialization"] for model in CATALOGUE.values()}, schemas
