"""Reading what was printed, and watching an event loop meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

from pypdf import PdfReader


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """How long this event loop's thread computed between two turns, in seconds; waiting for a processor is no work."""
    turns: list[float] = []

    async def tick() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            turns.append(time.thread_time() - before)

    ticking = asyncio.create_task(tick())
    yield turns
    ticking.cancel()
