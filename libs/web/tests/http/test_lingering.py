"""An answer that comes before its request was read arrives, and the connection ends all the same."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from devkit.fake_upstream import Site, quiet, start, visited
from web.http import lingering

LARGE = 24 * 1024 * 1024
HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"
# Where the connection stays open another request has its turn, and ends it.
LAST = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


@pytest.fixture(params=[{"connection": "close"}, {}], ids=["closes", "stays"])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    async def refuse(_scope: Scope, _receive: Receive, send: Send) -> None:
        """Without a look at the body."""
        await start(send, 413, {**request.param, "content-length": "9"})
        await send({"type": "http.response.body", "body": b"too large"})

    async with visited(quiet(refuse)) as made:
        yield made


@pytest.mark.parametrize(
    "request_sent",
    [
        HEAD + b"Content-Length: %d\r\n\r\n" % LARGE + b"x" * LARGE + LAST,
        HEAD
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"10000\r\n%b\r\n" % (b"x" * 0x10000) * 300
        + b"0\r\n\r\n"
        + LAST,
    ],
    ids=["length", "chunks"],
)
async def test_who_sends_all_of_a_refused_body_reads_why(site: Site, request_sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(request_sent)
    # Like a browser: it reads nothing before everything is sent.
    async with asyncio.timeout(20):
        await writer.drain()
        answered = await reader.read()
    writer.close()
    assert answered.startswith(b"HTTP/1.1 413 ")
    assert answered.endswith(b"too large")


@pytest.mark.parametrize("limit", ["LINGER_SECONDS", "LINGER_IDLE_SECONDS"])
async def test_a_refused_body_that_never_ends_is_not_read_for_ever(
    site: Site, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(lingering, limit, 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
    drip = asyncio.create_task(_drip(writer)) if limit == "LINGER_SECONDS" else None
    async with asyncio.timeout(4):
        # What still drips when the connection closes may reset it.
        with contextlib.suppress(ConnectionError):
            assert (await reader.read()).endswith(b"too large")
    if drip is not None:
        drip.cancel()
    writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"1\r\nx\r\n")
        await asyncio.sleep(0.02)
