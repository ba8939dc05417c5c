"""The proxy between two processes does what a bad network does, and counts the connections that it did it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import ClassVar

import pytest

from devkit.link import Link
from devkit.servers.process import LOOPBACK

SOON, LATE = 2.0, 0.2


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    """To a server that answers each line with the same line."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, LOOPBACK, 0)
    made = await Link("client", "echo", server.sockets[0].getsockname()[1]).start()
    yield made
    for client in Client.made:
        client.close()
    Client.made.clear()
    made.restore()
    await made.stop()
    server.close()


class Client:
    made: ClassVar[list[Client]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.made.append(self)

    @classmethod
    async def of(cls, link: Link) -> Client:
        return cls(*await asyncio.open_connection(LOOPBACK, link.port))

    def close(self) -> None:
        self._writer.close()

    async def ask(self, line: bytes, seconds: float = SOON) -> bytes:
        """Empty when the connection ended. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            try:
                self._writer.write(line + b"\n")
                return (await self._reader.readline()).strip()
            except ConnectionError:
                return b""


async def test_it_forwards_and_meets_nobody(link: Link) -> None:
    assert await (await Client.of(link)).ask(b"a") == b"a"
    assert link.touched == 0


async def test_a_black_hole_keeps_what_it_holds_until_it_lets_go(link: Link) -> None:
    held = await Client.of(link)
    assert await held.ask(b"a") == b"a"
    link.hold()
    with pytest.raises(TimeoutError):
        await held.ask(b"b", LATE)
    with pytest.raises(TimeoutError):
        await (await Client.of(link)).ask(b"c", LATE)
    assert link.touched >= 2
    link.release()
    assert await held.ask(b"d") == b"b"


async def test_dropping_ends_what_is_open_and_refuses_what_is_new(link: Link) -> None:
    client = await Client.of(link)
    assert await client.ask(b"a") == b"a"
    link.drop()
    assert await client.ask(b"b") == b""
    assert await (await Client.of(link)).ask(b"c") == b""
    link.restore()
    assert await (await Client.of(link)).ask(b"d") == b"d"


async def test_an_answer_is_cut_after_so_many_bytes(link: Link) -> None:
    link.cut_after = 4
    client = await Client.of(link)
    assert await client.ask(b"abc") == b"abc"
    assert await client.ask(b"abc") == b""
    assert link.touched == 1


async def test_the_answer_to_a_request_is_lost_after_it_was_made(link: Link) -> None:
    link.loses_answer_to = b"COMMIT"
    client = await Client.of(link)
    assert await client.ask(b"BEGIN") == b"BEGIN"
    assert await client.ask(b"COMMIT") == b""
