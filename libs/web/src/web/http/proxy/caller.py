"""The caller's side of one exchange: its body, as it arrives, and its going away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.types import Receive

from web.errors import BodyTooLarge
from web.http.proxy.timeouts import Patience


class CallerGone(Exception):
    """The client closed the connection before the answer was complete."""


class Upload:
    """Hands the body on chunk by chunk and never holds more than one. ``failure`` says why it ended early: the client
    library that reads it wraps what it raises."""

    def __init__(self, receive: Receive, patience: Patience, *, limit: int, length: int | None) -> None:
        self._receive = receive
        self._limit = limit
        self._length = length
        self._patience = patience
        self._owner = asyncio.current_task()
        self._watcher: asyncio.Task[None] | None = None
        self.failure: Exception | None = None
        self.is_complete = False

    @property
    def has_body(self) -> bool:
        return self._length != 0

    def is_at_most(self, size: int) -> bool:
        """Whether its headers promise that it is no longer, in bytes."""
        return self._length is not None and self._length <= size

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        size = 0
        while not self.is_complete:
            self._patience.for_caller(size)
            message = await self._receive()
            self._patience.for_service()
            if message["type"] == "http.disconnect":
                raise self._failed(CallerGone())
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._limit:
                raise self._failed(BodyTooLarge(limit=self._limit, headers={"Connection": "close"}))
            if not message.get("more_body", False) or size == self._length:
                self._completed()
            if chunk:
                yield chunk

    async def nothing(self) -> None:
        """Takes the empty body of a request that has none."""
        async for _ in self.chunks():
            pass

    def _completed(self) -> None:
        """Called with the last chunk, since a reader of a body of known length does not ask for another one. From now
        on the exchange is cancelled if the client disconnects."""
        self.is_complete = True
        self._watcher = asyncio.create_task(self._wait_for_disconnect())

    def unwatch(self) -> None:
        """To be called before the last bytes are sent: after them the server reports a disconnect for every client."""
        if self._watcher is not None:
            self._watcher.cancel()

    def _failed(self, failure: Exception) -> Exception:
        self.failure = failure
        return failure

    async def _wait_for_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._failed(CallerGone())
        if self._owner is not None:
            self._owner.cancel()
