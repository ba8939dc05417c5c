"""The AsyncAPI document keeps the rules of AsyncAPI 3 and names every event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from events import CATALOGUE, asyncapi

KEY = re.compile(r"^[A-Za-z0-9._-]+$")


@pytest.fixture(scope="module")
def document() -> asyncapi.Document:
    return asyncapi.document()


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def resolve(document: asyncapi.Document, reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_reference_leads_somewhere(document: asyncapi.Document) -> None:
    found = set(references(document))
    assert found
    assert all(reference.startswith("#/") and resolve(document, reference) for reference in found)


def test_nothing_hides_below_a_schema(document: asyncapi.Document) -> None:
    assert "$defs" not in str(document)


def test_every_event_is_a_message_of_its_publishers_channel(document: asyncapi.Document) -> None:
    told = {type_ for channel in document["channels"].values() for type_ in channel["messages"]}
    assert told == set(document["components"]["messages"]) == set(CATALOGUE)


def test_operations_name_channels_and_messages_of_those_channels(document: asyncapi.Document) -> None:
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"]
        assert channel.startswith("#/channels/")
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation.get("messages", []))


def test_keys_are_of_the_allowed_form(document: asyncapi.Document) -> None:
    components = document["components"]
    for keys in (components["messages"], components["schemas"], document["channels"], document["operations"]):
        assert all(KEY.match(key) for key in keys)


def test_a_message_carries_its_payload_and_its_sample(document: asyncapi.Document) -> None:
    message = document["components"]["messages"]["contracts.contract.extended.v1"]
    envelope, own = message["payload"]["allOf"]
    assert resolve(document, envelope["$ref"])["title"] == "Envelope"
    assert resolve(document, own["properties"]["data"]["$ref"])["title"] == "ContractExtended"
    assert message["examples"][0]["payload"]["type"] == message["name"]
