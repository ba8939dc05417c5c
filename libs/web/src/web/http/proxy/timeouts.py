"""Who we wait for, and how long: a slow upload is not a slow service."""

from __future__ import annotations

import asyncio

# Bytes a second that a caller sends at least, on the whole: a byte now and then would hold a connection for ever.
MIN_RATE = 1024


class Patience:
    """Moves the deadline of one ``asyncio.timeout`` each time that something arrives."""

    def __init__(self, timeout: asyncio.Timeout, *, service: float, caller: float) -> None:
        self._timeout = timeout
        self._service = service
        self._caller = caller
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self.is_for_caller = False
        self.endless = False

    def for_service(self) -> None:
        self.is_for_caller = False
        self._timeout.reschedule(None if self.endless else self._loop.time() + self._service)

    def for_caller(self, sent: int | None = None) -> None:
        """``sent``: how many bytes of a body have come so far."""
        self.is_for_caller = True
        deadline = self._loop.time() + self._caller
        if sent is not None:
            deadline = min(deadline, self._began + self._caller + sent / MIN_RATE)
        self._timeout.reschedule(deadline)
