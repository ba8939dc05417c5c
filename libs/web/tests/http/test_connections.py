"""A connection's heads are bounded in size and time; what is within the bounds is not touched."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from devkit.fake_upstream import Site, answer, quiet, visited
from web.http import connections

HALF = connections.MAX_HEAD_BYTES // 2
ALMOST = b"x" * (connections.MAX_HEAD_BYTES - 1024)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with visited(quiet(answer({}))) as made:
        yield made


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: h\r\nA: " + ALMOST, b"200"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nA: " + ALMOST + b"x" * 1024, b"431"),
        (b"GET /?" + ALMOST + b"x" * 1024 + b" HTTP/1.1\r\nHost: h", b"431"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n" + b"x" * HALF + b": " + b"y" * HALF, b"431"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n" + b"\r\n".join(b"A%d: %s" % (i, b"x" * 90) for i in range(500)), b"431"),
    ],
)
async def test_a_head_is_as_large_as_allowed_and_no_larger(site: Site, head: bytes, status: bytes) -> None:
    answered = await site.raw(head + b"\r\nConnection: close\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("beginning", [b"GET /", b"GET / HTTP/1.1\r\nHost: h\r\nA: ", b"GET / HTTP/1.1\r\nA"])
async def test_a_head_that_never_ends_is_refused_while_it_comes_in(site: Site, beginning: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    sent = len(beginning)
    writer.write(beginning)
    # The rest of what is under way may reset the connection before its answer is read.
    with contextlib.suppress(ConnectionError):
        while not reader.at_eof() and sent < 64 * connections.MAX_HEAD_BYTES:
            writer.write(b"x" * 4096)
            sent += 4096
            await writer.drain()
            await asyncio.sleep(0)
        assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 431 ")
    writer.close()
    assert sent < 64 * connections.MAX_HEAD_BYTES


async def test_a_large_body_is_no_large_head(site: Site) -> None:
    body = b"x" * (4 * connections.MAX_HEAD_BYTES)
    request = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    answered = await site.raw(request * 3 + b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert answered.count(b"HTTP/1.1 200 ") == 4


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\nA: b",
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nA: b",
    ],
)
async def test_a_head_that_dawdles_loses_its_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(beginning)
    started = time.monotonic()
    drip = asyncio.create_task(_drip(writer, b"c" if beginning.endswith(b"b") else b"\r\n"))
    # What still drips when the connection closes may reset it.
    with contextlib.suppress(ConnectionError):
        await asyncio.wait_for(reader.read(), 5)
    drip.cancel()
    writer.close()
    assert time.monotonic() - started < 3


async def _drip(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while not writer.is_closing():
        writer.write(piece)
        await asyncio.sleep(0.02)


async def test_a_slow_body_has_its_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 8\r\n\r\n")
    for _ in range(8):
        await asyncio.sleep(0.05)
        writer.write(b"x")
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 200 ")
    writer.close()
