"""A request's body read by hand: bounded, impatient, and given up politely."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from starlette.requests import Request

from files.errors import FileTooLarge, UploadInterrupted, UploadMalformed, UploadTooSlow
from web.http.multipart import MalformedMultipart, MultipartReader, Part

# What a multipart form may add to its file.
OVERHEAD = 64 * 1024
FIELD = "file"
# What is still taken in after a refusal, so that a sender about to finish reads the answer instead of a broken pipe.
DRAIN_BYTES = 1024 * 1024
DRAIN_SECONDS = 1.0


class Body:
    def __init__(self, request: Request, limit: int, idle: float) -> None:
        self._request = request
        self._limit = limit
        self._idle = idle
        self._ended = False
        self._taken = 0
        self._has_part = False
        # As the sender wrote it; known once the content has begun.
        self.filename = ""

    def declared(self) -> int | None:
        """Content-Length in bytes; None when the sender does not say. Raises FileTooLarge when it is hopeless."""
        length = self._request.headers.get("content-length", "")
        if not length.isdecimal():
            return None
        if int(length) > self._limit + OVERHEAD:
            raise FileTooLarge(self._limit)
        return int(length)

    async def content(self) -> AsyncGenerator[bytes, None]:
        """The file in the body. Raises UploadMalformed, UploadInterrupted, UploadTooSlow, or FileTooLarge when what
        stands around the file is too much."""
        try:
            reader = MultipartReader(self._request.headers.get("content-type", ""))
            while not self._ended:
                piece = await self._receive()
                self._taken += len(piece)
                if self._taken > self._limit + OVERHEAD:
                    raise FileTooLarge(self._limit)
                for met in reader.feed(piece):
                    if isinstance(met, bytes):
                        yield met
                    elif met is not None:
                        self._begin(met)
        except MalformedMultipart as error:
            raise UploadMalformed from error
        if not (reader.is_complete and self._has_part):
            raise UploadMalformed

    def _begin(self, part: Part) -> None:
        """The form has one part, the file."""
        if self._has_part or part.name != FIELD:
            raise UploadMalformed
        self._has_part, self.filename = True, part.filename or ""

    async def _receive(self) -> bytes:
        try:
            async with asyncio.timeout(self._idle):
                message = await self._request.receive()
        except TimeoutError as error:
            raise UploadTooSlow from error
        if message["type"] == "http.disconnect":
            self._ended = True
            raise UploadInterrupted
        self._ended = not message.get("more_body", False)
        return bytes(message.get("body", b""))

    async def drained(self) -> bool:
        """Takes in a little of what is left of a refused body; whether that was all of it."""
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                return await self._drain()
        except TimeoutError:
            return False

    async def _drain(self) -> bool:
        taken = 0
        while not self._ended and taken <= DRAIN_BYTES:
            message = await self._request.receive()
            taken += len(message.get("body", b""))
            self._ended = not message.get("more_body", False)
        return self._ended
