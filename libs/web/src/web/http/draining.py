"""Draining: a process that got SIGTERM still answers until its callers have noticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, TypeVar

T = TypeVar("T")

# On every answer of a draining process; from then on the gateway sends new requests to other processes.
DRAINING_HEADER = "X-Draining"


class Draining:
    """One per application. Once ``begun``, readiness fails, connections close after their answer, open streams end."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    @property
    def begun(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        self._begun.set()

    async def until(self, chunks: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """``chunks`` until draining begins. The present one is still sent, so that the client gets a whole answer and
        reconnects to another process."""
        begun: asyncio.Future[Any] = asyncio.ensure_future(self._begun.wait())
        async with aclosing(chunks):
            try:
                while not self.begun and (chunk := await _next(chunks, begun)) is not None:
                    yield chunk
            finally:
                begun.cancel()


async def _next(chunks: AsyncGenerator[T, None], begun: asyncio.Future[Any]) -> T | None:
    coming: asyncio.Future[T | None] = asyncio.ensure_future(anext(chunks, None))
    either: set[asyncio.Future[Any]] = {coming, begun}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else None
    finally:
        if not coming.done():
            coming.cancel()
            # A generator can be closed only when no task runs inside it.
            await asyncio.gather(coming, return_exceptions=True)
