"""RabbitMQ through pika's asyncio adapter: the only module that imports pika.

Publishing is windowed: each publish gives a future that the broker's confirm resolves, so hundreds are under way at
once. A message that the broker returned as unroutable is *confirmed* all the same; the return, which comes first,
decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import pika
from pika.adapters.asyncio_connection import AsyncioConnection

from chassis.messaging.topology import Exchange, Queue

HEARTBEAT = 15
CONNECT_TIMEOUT = 5.0
REPLY_TIMEOUT = 10.0


class BrokerUnavailable(Exception):
    """The broker cannot be reached, closed the connection or does not confirm."""


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
    tag: int
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
        raw.add_on_close_callback(self._on_close)

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
        self._published += 1
        self._confirms[self._published] = (future, message.message_id)
        properties = _properties(message)
        self._raw.basic_publish(message.exchange, message.routing_key, message.body, properties, mandatory=True)
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
        future: asyncio.Future[Delivery | None] = self._future()

        def empty(_frame: Any) -> None:
            _resolve(future, None)

        def got(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
            _resolve(future, _delivery(method, properties, body))

        self._raw.add_callback(empty, [pika.spec.Basic.GetEmpty], one_shot=True)
        self._raw.basic_get(queue, got)
        delivery: Delivery | None = await self._reply(future)
        return delivery

    def ack(self, delivery: Delivery) -> None:
        if self._raw.is_open:
            self._raw.basic_ack(delivery.tag)

    def requeue(self, delivery: Delivery) -> None:
        if self._raw.is_open:
            self._raw.basic_nack(delivery.tag, requeue=True)

    def close(self) -> None:
        if self._raw.is_open:
            self._raw.close()

    async def _ask(self, send: Callable[..., Any]) -> Any:
        future: asyncio.Future[Any] = self._future()
        try:
            send(callback=partial(_resolve, future))
        except Exception as error:
            raise BrokerUnavailable(repr(error)) from error
        return await self._reply(future)

    async def _reply(self, future: asyncio.Future[Any]) -> Any:
        try:
            return await asyncio.wait_for(future, REPLY_TIMEOUT)
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
            _resolve(future, self._returned.pop(message_id, refused))

    def _on_close(self, _channel: Any, reason: Any) -> None:
        error = BrokerUnavailable(repr(reason))
        for future in [*self._waiting, *(future for future, _ in self._confirms.values())]:
            if not future.done():
                future.set_exception(error)
                # Whoever still waits sees it; nobody else need hear of it at exit.
                future.exception()
        self._confirms.clear()
        _resolve(self.closed, None)


class Connection:
    """One AMQP connection. ``closed`` resolves when it is gone, for whatever reason."""

    def __init__(self, raw: AsyncioConnection, closed: asyncio.Future[None]) -> None:
        self._raw = raw
        self.closed = closed

    @classmethod
    async def open(cls, url: str, name: str) -> Connection:
        """Raises BrokerUnavailable."""
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[Any] = loop.create_future()
        closed: asyncio.Future[None] = loop.create_future()
        raw = AsyncioConnection(
            _parameters(url, name),
            on_open_callback=partial(_resolve, opened),
            on_open_error_callback=lambda _connection, error: _fail(opened, error),
            on_close_callback=lambda _connection, _reason: _resolve(closed, None),
            custom_ioloop=loop,
        )
        try:
            await asyncio.wait_for(opened, CONNECT_TIMEOUT + 1)
        except TimeoutError as error:
            raise BrokerUnavailable("no answer") from error
        return cls(raw, closed)

    async def channel(self, *, confirm: bool = False) -> Channel:
        if self.closed.done():
            raise BrokerUnavailable("connection closed")
        opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            self._raw.channel(on_open_callback=partial(_resolve, opened))
            await _first(opened, self.closed)
        except Exception as error:
            raise BrokerUnavailable(repr(error)) from error
        channel = Channel(opened.result())
        if confirm:
            await channel.confirm()
        return channel

    async def close(self) -> None:
        if self._raw.is_open:
            self._raw.close()
        try:
            await asyncio.wait_for(asyncio.shield(self.closed), 2)
        except TimeoutError:
            return


async def _first(wanted: asyncio.Future[Any], closed: asyncio.Future[None]) -> None:
    await asyncio.wait({wanted, closed}, timeout=REPLY_TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
    if not wanted.done():
        raise BrokerUnavailable("connection lost")


def _parameters(url: str, name: str) -> pika.URLParameters:
    parameters = pika.URLParameters(url)
    parameters.heartbeat = HEARTBEAT
    parameters.socket_timeout = CONNECT_TIMEOUT
    parameters.stack_timeout = CONNECT_TIMEOUT
    parameters.blocked_connection_timeout = 30
    parameters.connection_attempts = 1
    parameters.client_properties = {"connection_name": name}
    return parameters


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
        method.delivery_tag, method.redelivered, properties.message_id or "", dict(properties.headers or {}), body
    )


def _resolve(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[Any], error: Any) -> None:
    if not future.done():
        future.set_exception(BrokerUnavailable(repr(error)))
