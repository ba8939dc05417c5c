"""Virus scanners: ClamAV over its socket, or the EICAR comparison, which is none."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import ClassVar, Protocol
from urllib.parse import urlsplit

# In two halves, so that no scanner takes this file for the test file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
STEP_SECONDS = 10.0


class ScannerAway(Exception):
    """No verdict: the scanner is down, or could not judge this content. Never read as clean."""


class Scanner(Protocol):
    """``description`` says to an operator what a verdict is worth; ``is_virus_scanner`` says it to code."""

    name: ClassVar[str]
    description: ClassVar[str]
    is_virus_scanner: ClassVar[bool]

    async def infected(self, content: AsyncIterator[bytes]) -> bool:
        """Whether the content holds a virus; raises ScannerAway."""


class EicarScanner:
    """For development and tests: tells the EICAR test file from everything else, and no virus from anything."""

    name: ClassVar[str] = "eicar"
    description: ClassVar[str] = (
        "NOT A VIRUS SCANNER: refuses the EICAR test file and nothing else. Set FILES_SCANNER_URL."
    )
    is_virus_scanner: ClassVar[bool] = False

    async def infected(self, content: AsyncIterator[bytes]) -> bool:
        seam = b""
        async for piece in content:
            if EICAR in seam + piece:
                return True
            seam = (seam + piece)[1 - len(EICAR) :]
        return False


class ClamAV:
    """clamd's INSTREAM command, ``url`` being ``tcp://host:port`` or ``unix:///path``; ``timeout`` bounds its verdict
    in seconds."""

    name: ClassVar[str] = "clamav"
    description: ClassVar[str] = "ClamAV, asked over its socket for every file."
    is_virus_scanner: ClassVar[bool] = True

    def __init__(self, url: str, timeout: float) -> None:
        self._url = urlsplit(url)
        self._timeout = timeout
        if self._url.scheme not in ("tcp", "unix"):
            raise ValueError("a scanner's address is tcp://host:port or unix:///path")

    async def infected(self, content: AsyncIterator[bytes]) -> bool:
        try:
            reply = await self._ask(content)
        except (OSError, TimeoutError, EOFError) as error:
            raise ScannerAway(f"{type(error).__name__}: {error}") from error
        if reply.endswith("FOUND"):
            return True
        if reply == "stream: OK":
            return False
        raise ScannerAway(f"clamd: {reply[:200]}")

    async def _ask(self, content: AsyncIterator[bytes]) -> str:
        async with asyncio.timeout(STEP_SECONDS):
            reader, writer = await self._connect()
        try:
            await self._send(writer, b"zINSTREAM\0")
            async for piece in content:
                await self._send(writer, struct.pack("!L", len(piece)) + piece)
            await self._send(writer, struct.pack("!L", 0))
            async with asyncio.timeout(self._timeout):
                reply = await reader.readuntil(b"\0")
            return reply.rstrip(b"\0\n").decode(errors="replace")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._url.scheme == "unix":
            return await asyncio.open_unix_connection(self._url.path)
        return await asyncio.open_connection(self._url.hostname, self._url.port or 3310)

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        async with asyncio.timeout(STEP_SECONDS):
            await writer.drain()


def open_scanner(url: str, timeout: float) -> Scanner:
    return ClamAV(url, timeout) if url else EicarScanner()
