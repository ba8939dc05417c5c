"""Small pictures of the large ones. What cannot be made small in bounded time and memory has none."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

MEDIA_TYPE = "image/jpeg"
MAX_BYTES = 256 * 1024
PROGRAM = Path(__file__).with_name("thumbnailer.py")
PATIENCE = 20.0


def key_of(object_key: str) -> str:
    """Where the thumbnail of that object is: known without asking, so that erasing the one erases the other."""
    return f"{object_key}-thumbnail"


async def make(content: AsyncIterator[bytes]) -> bytes | None:
    """A JPEG of at most 320 by 320 pixels; None if ``content`` is damaged, or takes too long or too much memory."""
    # Isolated and with an empty environment: what decodes a stranger's picture knows no secret.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(PROGRAM), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
    )
    try:
        async with asyncio.timeout(PATIENCE):
            made = await _pass(process, content)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return made if process.returncode == 0 and len(made) <= MAX_BYTES else None


async def _pass(process: Process, content: AsyncIterator[bytes]) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async for piece in content:
            process.stdin.write(piece)
            await process.stdin.drain()
    except ConnectionError:
        pass  # it has ended early
    process.stdin.close()
    made = await process.stdout.read()
    await process.wait()
    return made
