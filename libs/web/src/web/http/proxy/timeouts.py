"""Who we wait for, and how long: a slow upload is not a slow service."""

from __future__ import annotations

import asyncio


class Patience:
    """Moves the deadline of one ``asyncio.timeout`` each time that something arrives."""

    def __init__(self, timeout: asyncio.Timeout, *, service: float, caller: float) -> None:
        self._timeout = timeout
        self._service = service
        self._caller = caller
        self._loop = asyncio.get_running_loop()
        self.is_for_caller = False
        self.endless = False

    def for_service(self) -> None:
        self.is_for_caller = False
        self._timeout.reschedule(None if self.endless else self._loop.time() + self._service)

    def for_caller(self) -> None:
        self.is_for_caller = True
        self._timeout.reschedule(self._loop.time() + self._caller)
