"""How many requests of one caller are under way at a time.

A caller that asks for more than that waits for its own earlier ones, and is told to come back when too many wait. So no
caller takes all the connections that a service has to its database; everybody else's requests go past. Like the
throttle, each gateway process counts for itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Message, Send

from web.errors import TooManyRequests

# Retry-After in seconds: some of the waiting requests will have been answered by then.
RETRY_AFTER = 2
EVENTS = "text/event-stream"

HandBack = Callable[[], None]


@dataclass(slots=True)
class _Line:
    places: asyncio.Semaphore
    asked: int = 0


class InFlight:
    """``at_once`` requests of each caller, ``waiting`` more for at most ``patience`` seconds each."""

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        self._at_once = at_once
        self._most = at_once + waiting
        self._patience = patience
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def place(self, caller: str) -> AsyncIterator[HandBack]:
        """Gives what hands the place back before the end. Raises TooManyRequests."""
        line = self._lines.setdefault(caller, _Line(asyncio.Semaphore(self._at_once)))
        if line.asked >= self._most:
            raise TooManyRequests(retry_after=RETRY_AFTER)
        line.asked += 1
        is_taken = False

        def hand_back() -> None:
            nonlocal is_taken
            if is_taken:
                is_taken = False
                line.places.release()
                self._leave(caller, line)

        try:
            async with asyncio.timeout(self._patience):
                is_taken = await line.places.acquire()
        except TimeoutError as error:
            raise TooManyRequests(retry_after=RETRY_AFTER) from error
        finally:
            if not is_taken:
                self._leave(caller, line)
        try:
            yield hand_back
        finally:
            hand_back()

    def _leave(self, caller: str, line: _Line) -> None:
        line.asked -= 1
        if not line.asked:
            del self._lines[caller]

    def __len__(self) -> int:
        return len(self._lines)


def until_stream(send: Send, hand_back: HandBack) -> Send:
    """A stream of events stays open for hours and does nothing meanwhile: its service counts those."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if kind.startswith(EVENTS):
                hand_back()
        await send(message)

    return sending


def nothing_held() -> None:
    """Where requests under way are not counted."""
