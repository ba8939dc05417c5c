"""The published language as its page shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from events.asyncapi import Document, document
from events.samples import sample
from events.subscriptions import UNCONSUMED, consumers_of
from gateway.schema_view import Field, fields


@dataclass(frozen=True)
class EventView:
    type: str
    title: str
    description: str
    consumers: list[str]
    unconsumed: str
    fields: list[Field]
    sample: str


@dataclass(frozen=True)
class Publisher:
    name: str
    events: list[EventView]


@dataclass(frozen=True)
class Part:
    name: str
    description: str
    fields: list[Field]


@cache
def publishers() -> list[Publisher]:
    written = document()
    return [
        Publisher(name, [_event(written, type_) for type_ in channel["messages"]])
        for name, channel in written["channels"].items()
    ]


@cache
def parts() -> list[Part]:
    """The envelope, and what events are made of."""
    written = document()
    events = {message["title"] for message in written["components"]["messages"].values()}
    return [
        Part(name, schema.get("description", ""), fields(schema))
        for name, schema in written["components"]["schemas"].items()
        if name not in events
    ]


def _event(written: Document, type_: str) -> EventView:
    message = written["components"]["messages"][type_]
    return EventView(
        type=type_,
        title=message["title"],
        description=message.get("description", ""),
        consumers=consumers_of(type_),
        unconsumed=UNCONSUMED.get(type_, ""),
        fields=fields(written["components"]["schemas"][message["title"]]),
        sample=json.dumps(sample(type_), ensure_ascii=False, indent=2),
    )
