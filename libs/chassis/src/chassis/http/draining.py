"""A process that was told to stop, and still answers while those who send to it notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, TypeVar

T = TypeVar("T")

# On every answer of a process that is leaving; the gateway sends new requests elsewhere from then on.
LEAVING_HEADER = "X-Leaving"


class Draining:
    """One per application. Once it has ``begun``, probes refuse, connections are given up and open streams end."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    @property
    def begun(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        self._begun.set()

    async def until(self, chunks: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """``chunks``, ended after the one under way when draining begins; the reader sees a whole answer and comes
        back elsewhere."""
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
            # A generator can be closed only when nobody is inside it any more.
            await asyncio.gather(coming, return_exceptions=True)
