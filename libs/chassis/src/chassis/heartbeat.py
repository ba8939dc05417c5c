"""A sign of life of processes without an API: a file that the working loop touches, and whose age a probe reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

EVERY = 2.0


class Heartbeat:
    """Touches ``file``, or nothing at all. To be called by the loop that does the work, never by a thread of its own:
    a loop that is stuck must look stuck."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def beat(self) -> None:
        if self._file is not None:
            self._file.touch()

    async def run(self, others_live: Callable[[], bool] = lambda: True) -> None:
        """Beats for ever, in the caller's event loop, as long as ``others_live``: the process's other loops."""
        while True:
            if others_live():
                self.beat()
            await asyncio.sleep(EVERY)
