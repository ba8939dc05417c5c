"""Prints sheets in processes of their own: one at a time, a few wait, each within bounds of time and memory."""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from portal.errors import PrinterBusy, TooManyDocuments
from portal.paper.sheet import Sheet

log = logging.getLogger(__name__)

# Together with the process's own bounds (``__main__``): the portal's container holds one such process beside itself.
AT_ONCE = 1
MOST_WAITING = 4
# Running and waiting prints of one person, so that one person cannot take all places.
MOST_OF_ONE = 2
# Less than the gateway waits for an answer, by what reading the incident takes.
PATIENCE = 20.0


class Printer:
    """Used by the one event loop of its portal."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING, patience: float = PATIENCE) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._most = at_once + most_waiting
        self._asked: Counter[str] = Counter()
        self._patience = patience

    @contextmanager
    def place(self, person: str) -> Iterator[None]:
        """Taken before a document is read for, so that one that is refused costs no service anything. Raises
        TooManyDocuments when too many of ``person`` are drawn or wait already, PrinterBusy when too many at all."""
        if self._asked[person] >= MOST_OF_ONE:
            raise TooManyDocuments
        if self._asked.total() >= self._most:
            raise PrinterBusy
        self._asked[person] += 1
        try:
            yield
        finally:
            self._asked -= Counter((person,))

    async def print(self, sheet: Sheet) -> bytes:
        """The PDF. Raises PrinterBusy when it takes too long."""
        try:
            async with asyncio.timeout(self._patience), self._slots:
                return await _drawn(await asyncio.to_thread(_written, sheet))
        except TimeoutError as error:
            raise PrinterBusy from error


def _written(sheet: Sheet) -> bytes:
    return sheet.model_dump_json().encode()


async def _drawn(sheet: bytes) -> bytes:
    """Isolated from this process's environment: it holds secrets that a drawing needs none of."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = (sys.executable, "-I", "-m", "portal.paper")
    # mypy takes the values of ``pipes`` for any of the parameters.
    process = await asyncio.create_subprocess_exec(*command, **pipes, env={})  # type: ignore[arg-type]
    try:
        drawn, complaint = await process.communicate(sheet)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        log.error("drawing ended with %s: %s", process.returncode, complaint[-2000:].decode(errors="replace"))
        raise PrinterBusy
    return drawn
