"""What a service asks of an object store; ``s3`` and ``folder`` beside this module are the two there are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from web.errors import Unavailable

# No separator and no dot: a key of this form cannot name a path outside its folder, even if a client chose it.
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class ObjectTooLarge(Exception):
    """More bytes came than the caller allowed; nothing was kept."""


class ObjectMissing(LookupError):
    """No object under that key."""


class StorageAway(Unavailable):
    """The store does not answer, or not usefully: 503 where a request waits for it, a retry where a job does."""


class Reading:
    """The chunks of an open object. Close it (``contextlib.aclosing``) unless it is read to its end.

    Not a generator: closing one that has not begun would not close what it holds.
    """

    def __init__(self, read: Callable[[], Awaitable[bytes]], close: Callable[[], None]) -> None:
        self._read = read
        self._close = close

    def __aiter__(self) -> Reading:
        return self

    async def __anext__(self) -> bytes:
        """Raises StorageAway."""
        try:
            chunk = await self._read()
        except BaseException:
            self._close()
            raise
        if not chunk:
            self._close()
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        self._close()


class ObjectStorage(Protocol):
    """Keys are made by us: 8 to 64 of ``A-Z a-z 0-9 _ -``; anything else raises ValueError. Every method may raise
    StorageAway after a bounded time. No method holds more than a few MiB of an object."""

    async def ensure(self) -> None:
        """Makes the bucket or the folder unless it is there."""

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        """Stores ``chunks`` and answers their size in bytes.

        The object appears whole or not at all: raises ObjectTooLarge beyond ``limit`` bytes, and whatever ``chunks``
        raises, leaving nothing behind.
        """

    async def get(self, key: str, *, start: int = 0, end: int | None = None) -> Reading:
        """Bytes ``start`` to ``end``, both included; the whole by default. Raises ObjectMissing before the first."""

    async def exists(self, key: str) -> bool: ...

    async def delete(self, key: str) -> None:
        """Removes the object and what an interrupted ``put`` left of it; fine when there is neither."""

    async def close(self) -> None: ...


def checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise ValueError("an object key is 8 to 64 letters, digits, _ or -")
    return key


async def bounded(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """``chunks`` until they exceed ``limit`` bytes, then ObjectTooLarge."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise ObjectTooLarge
        yield chunk


async def gathered(chunks: AsyncIterator[bytes], at_least: int) -> AsyncIterator[bytearray]:
    """``chunks`` in blocks of at least ``at_least`` bytes, the last one smaller; nothing for nothing."""
    block = bytearray()
    async for chunk in chunks:
        block += chunk
        if len(block) >= at_least:
            yield block
            block = bytearray()
    if block:
        yield block
