"""One channel: windowed publishing with confirms, consuming, and topology, every operation awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import pika

from chassis.messaging.publisher import BrokerUnavailable
from chassis.messaging.topology import Exchange, Queue

REPLY_TIMEOUT = 10.0
_NOT_FOUND = 404


class NotThere(BrokerUnavailable):
    """What was asked for does not exist; the channel is closed by having asked."""


@dataclass(frozen=True)
class Message:
    """A message to publish. ``message_id`` ties a return to its publish, so it is unique per channel."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    content_type: str = "application/json"
    content_encoding: str = "utf-8"
    type: str | None = None
    correlation_id: str | None = None
    reply_to: str | None = None
    headers: dict[str, Any] | None = None


@dataclass(frozen=True)
class Delivery:
    """``exchange`` is the one to which it was published, wherever that led."""

    tag: int
    exchange: str
    redelivered: bool
    message_id: str
    headers: dict[str, Any]
    body: bytes


class Channel:
    """A channel whose every operation is awaited. Once closed, pending and later operations raise BrokerUnavailable."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._waiting: set[asyncio.Future[Any]] = set()
        self._confirms: dict[int, tuple[asyncio.Future[str | None], str]] = {}
        self._returned: dict[str, str] = {}
        self._published = 0
        self._lowest = 1
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._got: asyncio.Future[Any] | None = None
        raw.add_on_close_callback(self._on_close)
        # The broker cancels a consumer whose queue is gone, and says nothing more on an open channel.
        raw.add_on_cancel_callback(lambda _frame: self.close())

    async def confirm(self) -> None:
        """Switches publisher confirms on and watches returns."""
        self._raw.add_on_return_callback(self._on_return)
        await self._ask(partial(self._raw.confirm_delivery, self._on_confirm))

    async def declare_exchange(self, exchange: Exchange) -> None:
        await self._ask(
            partial(
                self._raw.exchange_declare,
                exchange.name,
                exchange_type=exchange.type,
                durable=True,
                arguments=exchange.arguments,
            )
        )
        for source, key in exchange.bindings:
            await self._ask(partial(self._raw.exchange_bind, exchange.name, source, key))

    async def find_exchange(self, name: str) -> None:
        """Raises NotThere. RabbitMQ allows a passive declaration to any user with a right on the exchange."""
        await self._ask(partial(self._raw.exchange_declare, name, passive=True))

    async def declare_queue(self, queue: Queue) -> None:
        await self._ask(partial(self._raw.queue_declare, queue.name, durable=True, arguments=queue.arguments))
        for exchange, key in queue.bindings:
            await self._ask(partial(self._raw.queue_bind, queue.name, exchange, key))

    async def message_count(self, queue: str) -> int:
        frame = await self._ask(partial(self._raw.queue_declare, queue, passive=True))
        return int(frame.method.message_count)

    def publish(self, message: Message) -> asyncio.Future[str | None]:
        """A future of None once the broker has the message, or of the reason why it has not."""
        future: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        if not self._raw.is_open:
            raise BrokerUnavailable("channel closed")
        try:
            properties = _properties(message)
            self._raw.basic_publish(message.exchange, message.routing_key, message.body, properties, mandatory=True)
        except pika.exceptions.AMQPError as error:
            raise BrokerUnavailable(repr(error)) from error
        self._published += 1
        self._confirms[self._published] = (future, message.message_id)
        return future

    async def consume(self, queue: str, prefetch: int, on_delivery: Callable[[Delivery], None]) -> str:
        await self._ask(partial(self._raw.basic_qos, prefetch_count=prefetch))

        def received(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
            on_delivery(_delivery(method, properties, body))

        tag = uuid4().hex
        await self._ask(partial(self._raw.basic_consume, queue, received, consumer_tag=tag))
        return tag

    async def cancel(self, tag: str) -> None:
        """No further deliveries; those under way may still be acknowledged."""
        await self._ask(partial(self._raw.basic_cancel, tag))

    async def get(self, queue: str) -> Delivery | None:
        """The next message of ``queue``, unacknowledged, or None when it is empty."""
        if self._got is None:
            self._raw.add_callback(self._on_empty, [pika.spec.Basic.GetEmpty], one_shot=False)
        self._got = self._future()

        def got(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
            resolve(self._got, _delivery(method, properties, body))

        self._raw.basic_get(queue, got)
        delivery: Delivery | None = await self._reply(self._got)
        return delivery

    def ack(self, delivery: Delivery) -> None:
        if self._raw.is_open:
            self._raw.basic_ack(delivery.tag)

    def close(self) -> None:
        if self._raw.is_open:
            self._raw.close()

    async def _ask(self, send: Callable[..., Any]) -> Any:
        future: asyncio.Future[Any] = self._future()
        try:
            send(callback=partial(resolve, future))
        except Exception as error:
            raise BrokerUnavailable(repr(error)) from error
        return await self._reply(future)

    async def _reply(self, future: asyncio.Future[Any]) -> Any:
        try:
            async with asyncio.timeout(REPLY_TIMEOUT):
                return await future
        except TimeoutError as error:
            raise BrokerUnavailable("no reply") from error
        finally:
            self._waiting.discard(future)

    def _future(self) -> asyncio.Future[Any]:
        if not self._raw.is_open:
            raise BrokerUnavailable("channel closed")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        return future

    def _on_empty(self, _frame: Any) -> None:
        resolve(self._got, None)

    def _on_return(self, _channel: Any, method: Any, properties: Any, _body: bytes) -> None:
        self._returned[str(properties.message_id)] = f"returned: {method.reply_text}"

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        refused = None if method.NAME == "Basic.Ack" else "refused by the broker"
        first = self._lowest if method.multiple else method.delivery_tag
        for tag in range(first, method.delivery_tag + 1):
            self._confirmed(tag, refused)
        if method.multiple:
            self._lowest = method.delivery_tag + 1

    def _confirmed(self, tag: int, refused: str | None) -> None:
        future, message_id = self._confirms.pop(tag, (None, ""))
        if future is not None:
            resolve(future, self._returned.pop(message_id, refused))

    def _on_close(self, _channel: Any, reason: Any) -> None:
        kind = NotThere if getattr(reason, "reply_code", None) == _NOT_FOUND else BrokerUnavailable
        error = kind(repr(reason))
        for future in [*self._waiting, *(future for future, _ in self._confirms.values())]:
            if not future.done():
                future.set_exception(error)
                # Marks the exception as retrieved: asyncio would otherwise log it for a future that is no longer
                # awaited.
                future.exception()
        self._confirms.clear()
        resolve(self.closed, None)


def _properties(message: Message) -> pika.BasicProperties:
    return pika.BasicProperties(
        message_id=message.message_id,
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        delivery_mode=2,
        type=message.type,
        correlation_id=message.correlation_id,
        reply_to=message.reply_to,
        headers=message.headers,
    )


def _delivery(method: Any, properties: Any, body: bytes) -> Delivery:
    return Delivery(
        method.delivery_tag,
        method.exchange,
        method.redelivered,
        properties.message_id or "",
        dict(properties.headers or {}),
        body,
    )


def resolve(future: asyncio.Future[Any] | None, value: Any) -> None:
    if future is not None and not future.done():
        future.set_result(value)
