"""Whether the server at the other end of a connection is still there.

A network that drops packets in silence, and a server that stands still, leave a statement waiting until TCP gives up: a
minute and more. The server bounds a statement (``statement_timeout``), and cannot tell when its answer does not arrive.
So a statement that waits has the server asked, by another connection. If that is not answered either, the one that
waits is cut, and fails as if the server had ended it.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Self

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import ConnectionTimeout
from psycopg.pq import TransactionStatus

# Seconds without an answer after which the server is asked, and that it has to answer. Together they are as long as a
# request waits for a place in the pool.
SILENT = 2.0
ASKING = 2.0


class ServerWatch:
    """Makes the connections of one pool. ``longest`` is in seconds: a statement that waits so long has lost its answer,
    even if the server answers others."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._asking: asyncio.Task[bool] | None = None

    async def connect(self, *arguments: Any, **parameters: Any) -> WatchedConnection:
        connection = await WatchedConnection.connect(*arguments, **parameters)

        async def ask() -> bool:
            return await self._answers(*arguments, **parameters)

        connection.watch_by(ask, self._longest)
        return connection

    async def _answers(self, *arguments: Any, **parameters: Any) -> bool:
        """All that wait at the same time share one question."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(_is_there(*arguments, **parameters))
        return await asyncio.shield(self._asking)


class WatchedConnection(AsyncConnection[Any]):
    """Every exchange with the server passes through :meth:`wait`."""

    _ask: Callable[[], Awaitable[bool]] | None = None
    _longest = 0.0
    _watching: asyncio.Task[None] | None = None

    def watch_by(self, ask: Callable[[], Awaitable[bool]], longest: float) -> None:
        self._ask, self._longest = ask, longest

    async def wait(self: Self, *arguments: Any, **options: Any) -> Any:
        if self._ask is None:  # still connecting, which the pool bounds
            return await super().wait(*arguments, **options)
        doubting = asyncio.get_running_loop().call_later(SILENT, self._doubt)
        try:
            return await super().wait(*arguments, **options)
        finally:
            doubting.cancel()
            if self._watching is not None:
                self._watching.cancel()
                self._watching = None

    async def cancel_safe(self, *, timeout: float = ASKING) -> None:  # noqa: ASYNC109 - the driver's own
        """Called when the task that waits is cancelled. A server that is silent does not hold it up."""
        await super().cancel_safe(timeout=min(timeout, ASKING))

    def _doubt(self) -> None:
        if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
            return  # it waits for a notification, not for an answer
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        assert self._ask is not None
        loop = asyncio.get_running_loop()
        until = loop.time() + self._longest - SILENT
        while loop.time() < until and await self._ask():
            await asyncio.sleep(SILENT)
        self._cut()

    def _cut(self) -> None:
        """The driver finds the connection at its end, and says so to whichever statement waits."""
        with socket.socket(fileno=os.dup(self.pgconn.socket)) as ours:
            ours.shutdown(socket.SHUT_RDWR)


async def _is_there(*arguments: Any, **parameters: Any) -> bool:
    """A refusal is an answer, too."""
    try:
        async with asyncio.timeout(ASKING):
            connection = await AsyncConnection.connect(*arguments, **parameters)
    except (TimeoutError, ConnectionTimeout):
        return False
    except OperationalError:
        return True
    await connection.close()
    return True
