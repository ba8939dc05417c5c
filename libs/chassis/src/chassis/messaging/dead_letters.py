"""What an operator does with dead letters, whichever bus holds them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from chassis.messaging.amqp import Channel, Connection, Delivery, Message
from chassis.messaging.publisher import BrokerUnavailable
from chassis.messaging.topology import ERROR_HEADER, attempts_of, dead_queue, retry_exchange, service_of

CONFIRM_TIMEOUT = 10.0


@dataclass(frozen=True)
class DeadLetter:
    """``id`` is the event's, ``body`` its envelope as it travelled."""

    id: str
    consumer: str
    type: str
    error: str
    attempts: int
    body: str


class DeadLetters(Protocol):
    async def listing(self, consumer: str) -> list[DeadLetter]: ...

    async def replay(self, consumer: str, ids: set[str] | None) -> int:
        """Hands the named letters (all when None) to their consumer again, attempts reset; how many."""

    async def drop(self, consumer: str, ids: set[str]) -> int: ...


class AmqpDeadLetters:
    """Works on the dead queue itself: what is not taken goes back when the connection closes.

    ``exchange_of`` says by which exchange a queue is reached under its own name.
    """

    def __init__(self, url: str, exchange_of: Callable[[str], str] | None = None) -> None:
        self._url = url
        self._exchange_of = exchange_of or (lambda consumer: retry_exchange(service_of(consumer)))

    async def listing(self, consumer: str) -> list[DeadLetter]:
        async with self._taken(consumer) as (_, _, deliveries):
            return [_letter(consumer, delivery) for delivery in deliveries]

    async def replay(self, consumer: str, ids: set[str] | None) -> int:
        async with self._taken(consumer) as (connection, channel, deliveries):
            chosen = [d for d in deliveries if ids is None or d.message_id in ids]
            outgoing = await connection.channel(confirm=True)
            exchange = self._exchange_of(consumer)
            for delivery in chosen:
                headers = _kept(delivery.headers)
                message = Message(exchange, consumer, delivery.body, delivery.message_id, headers=headers)
                async with asyncio.timeout(CONFIRM_TIMEOUT):
                    refused = await outgoing.publish(message)
                if refused:
                    raise BrokerUnavailable(refused)
                channel.ack(delivery)
            return len(chosen)

    async def drop(self, consumer: str, ids: set[str]) -> int:
        async with self._taken(consumer) as (_, channel, deliveries):
            chosen = [delivery for delivery in deliveries if delivery.message_id in ids]
            for delivery in chosen:
                channel.ack(delivery)
            return len(chosen)

    @asynccontextmanager
    async def _taken(self, consumer: str) -> AsyncIterator[tuple[Connection, Channel, list[Delivery]]]:
        connection = await Connection.open(self._url, "dlq")
        try:
            channel = await connection.channel()
            deliveries: list[Delivery] = []
            while (delivery := await channel.get(dead_queue(consumer))) is not None:
                deliveries.append(delivery)
            yield connection, channel, deliveries
        finally:
            await connection.close()


def _letter(consumer: str, delivery: Delivery) -> DeadLetter:
    return DeadLetter(
        id=delivery.message_id,
        consumer=consumer,
        type=str(delivery.headers.get("task") or type_of(delivery.body)),
        error=str(delivery.headers.get(ERROR_HEADER, "delivery limit reached")),
        attempts=attempts_of(delivery.headers),
        body=delivery.body.decode(errors="replace"),
    )


def _kept(headers: dict[str, Any]) -> dict[str, Any]:
    """The headers without those of retries and dead-lettering (`x-…`), for a replay as a fresh message."""
    return {name: value for name, value in headers.items() if not name.startswith("x-")}


def type_of(body: bytes) -> str:
    try:
        content: Any = json.loads(body)
        return str(content["type"])
    except (ValueError, KeyError, TypeError):
        return "unreadable"
