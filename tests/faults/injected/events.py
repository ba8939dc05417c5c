"""Faults in what is told: what no consumer can read, what none knows yet, and what all have had."""

from __future__ import annotations

import asyncio
import json
import random
from uuid import uuid4

from tests.faults.books import takers
from tests.faults.registry import fault, proven
from tests.faults.rig import Rig

from api.upstreams import SERVICES
from chassis.messaging.amqp import Channel, Connection, Message
from chassis.messaging.definitions import EVENTS_VHOST
from chassis.messaging.topology import EVENTS_EXCHANGE, exchange_of

WINDOW = 200


@fault("poison among the events", short=True)
async def poison(rig: Rig) -> str:
    messages = []
    for type_ in takers():
        if type_ not in _poisoned():
            continue
        for body in (b"{", b'{"type": "' + type_.encode() + b'", "data": {}}'):
            identifier = str(uuid4())
            messages.append(Message(EVENTS_EXCHANGE, type_, body, message_id=identifier))
            rig.poison |= {(consumer, identifier) for consumer in takers()[type_]}
    await _publish(rig, messages)
    return proven(len(messages), "unreadable events")


@fault("events of a newer release", short=True)
async def newer(rig: Rig) -> str:
    """A version that no consumer knows, and a known one with fields more."""
    [(payload, type_)] = await rig.query(
        "contracts", "SELECT payload, type FROM outbox WHERE kind = 'event' ORDER BY position DESC LIMIT 1"
    )
    grown = {**payload, "novelty": 1, "data": {**payload["data"], "novelty": {"of": "a later release"}}}
    unknown = type_.rpartition(".")[0] + ".v9"
    bodies = [(type_, grown), (unknown, {**payload, "id": str(uuid4()), "type": unknown})]
    exchange = exchange_of("contracts")
    await _publish(
        rig, [Message(exchange, name, json.dumps(body).encode(), message_id=body["id"]) for name, body in bodies]
    )
    return proven(len(bodies), "events of a newer release")


@fault("every event twice more, in random order", short=True)
async def again(rig: Rig) -> str:
    messages = []
    for service in SERVICES:
        rows = await rig.query(
            service,
            "SELECT id, type, payload FROM outbox WHERE kind = 'event' AND sent_at > now() - interval '1 hour'",
        )
        for identifier, type_, payload in rows:
            body = json.dumps(payload).encode()
            messages += [Message(exchange_of(service), type_, body, message_id=str(identifier))] * 2
    random.Random(len(messages)).shuffle(messages)
    await _publish(rig, messages)
    return proven(len(messages), "events sent again")


def _poisoned() -> set[str]:
    """Two of the types, so that each of their consumers gets its share."""
    return set(sorted(takers())[::5])


async def _publish(rig: Rig, messages: list[Message]) -> None:
    connection = await Connection.open(rig.rabbitmq.create_vhost(rig.stack.vhost(EVENTS_VHOST)), "faults")
    try:
        channel: Channel = await connection.channel(confirm=True)
        for first in range(0, len(messages), WINDOW):
            await asyncio.gather(*(channel.publish(message) for message in messages[first : first + WINDOW]))
    finally:
        await connection.close()
