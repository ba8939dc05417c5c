"""One connection, opened and closed within seconds whatever the broker does."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pika
from pika.adapters.asyncio_connection import AsyncioConnection

from chassis.messaging.amqp.channel import REPLY_TIMEOUT, Channel, resolve
from chassis.messaging.publisher import BrokerUnavailable

HEARTBEAT = 15
CONNECT_TIMEOUT = 5.0


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
            on_open_callback=partial(resolve, opened),
            on_open_error_callback=lambda _connection, error: _fail(opened, error),
            on_close_callback=lambda _connection, _reason: resolve(closed, None),
            custom_ioloop=loop,
        )
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT + 1):
                await opened
        except TimeoutError as error:
            raise BrokerUnavailable("no answer") from error
        finally:
            if not opened.done() or opened.cancelled():
                _abandon(raw)
        return cls(raw, closed)

    async def channel(self, *, confirm: bool = False) -> Channel:
        if self.closed.done():
            raise BrokerUnavailable("connection closed")
        opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            self._raw.channel(on_open_callback=partial(resolve, opened))
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
            async with asyncio.timeout(2):
                await asyncio.shield(self.closed)
        except TimeoutError:
            return


def _abandon(raw: AsyncioConnection) -> None:
    if not (raw.is_closing or raw.is_closed):
        raw.close()


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


def _fail(future: asyncio.Future[Any], error: Any) -> None:
    if not future.done():
        future.set_exception(BrokerUnavailable(repr(error)))
