"""The reverse proxy when somebody leaves, stops or never answers."""

from __future__ import annotations

import asyncio
import logging

import pytest
from starlette.types import Receive, Scope, Send

from devkit.fake_upstream import OpenSite, Site, Upstream, start
from web.http import connections

CONTRACTS = "/api/v1/contracts"


async def _never(_: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def test_a_caller_who_leaves_ends_the_exchange_and_is_no_failure(
    edge: Site, upstream: Upstream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "chassis.requests")
    asked, left = asyncio.Event(), asyncio.Event()

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await _never(scope, receive, send)
        left.set()

    upstream.handlers[CONTRACTS] = handle
    _, writer = await asyncio.open_connection("127.0.0.1", edge.port)
    writer.write(b"GET /api/v1/contracts HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.wait_for(asked.wait(), 5)
    writer.close()
    await asyncio.wait_for(left.wait(), 5)
    async with asyncio.timeout(5):
        while f"GET {CONTRACTS}: 499" not in caplog.text:
            await asyncio.sleep(0.01)


async def test_a_caller_who_leaves_a_stream_ends_it_at_the_service(edge: Site, upstream: Upstream) -> None:
    left = asyncio.Event()

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await start(send, headers={"content-type": "text/event-stream"})
        await send({"type": "http.response.body", "body": b"data: one\n\n", "more_body": True})
        await _never(scope, receive, send)
        left.set()

    upstream.handlers["/api/v1/notifications/stream"] = stream
    async with edge.http.get("/api/v1/notifications/stream") as got:
        await got.content.readany()
    await asyncio.wait_for(left.wait(), 5)


async def test_a_caller_who_leaves_in_mid_upload_ends_the_exchange(edge: Site, upstream: Upstream) -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        asked.set()
        await _never(scope, receive, send)
        left.set()

    upstream.handlers["/api/v1/files"] = handle
    _, writer = await asyncio.open_connection("127.0.0.1", edge.port)
    writer.write(b"POST /api/v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\npart")
    await asyncio.wait_for(asked.wait(), 5)
    writer.close()
    await asyncio.wait_for(left.wait(), 5)


async def test_a_service_that_is_down_answers_503(open_edge: OpenSite) -> None:
    async with open_edge(contracts_url="http://127.0.0.1:9") as edge, edge.http.get(CONTRACTS) as got:
        problem = await got.json(content_type=None)
        assert (got.status, problem["code"], got.headers["Retry-After"]) == (503, "unavailable", "2")
        assert got.headers["Content-Language"] == "fr"


async def test_a_service_that_takes_too_long_answers_504(open_edge: OpenSite, upstream: Upstream) -> None:
    upstream.handlers[CONTRACTS] = _never
    async with open_edge(response_timeout=0.2) as edge, edge.http.get(CONTRACTS) as got:
        assert (got.status, (await got.json(content_type=None))["code"]) == (504, "gateway_timeout")


@pytest.mark.parametrize("sent", [b"part", b""], ids=["in the middle", "before the body"])
async def test_a_caller_who_stops_sending_gets_408_and_the_service_is_not_blamed(
    open_edge: OpenSite, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """Nor does a service close the connection meanwhile, as it does where no head comes."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    async with open_edge(client_timeout=0.8) as edge:
        head = b"POST /api/v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
        got = await edge.raw(head + sent)
    assert got.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in got


async def test_a_caller_who_sends_a_byte_now_and_then_gets_408(open_edge: OpenSite) -> None:
    async with open_edge(client_timeout=0.5) as edge:
        reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
        writer.write(b"POST /api/v1/contracts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
        answer = asyncio.create_task(reader.readline())
        async with asyncio.timeout(5):
            while not answer.done():
                writer.write(b" ")
                await asyncio.wait([answer], timeout=0.05)
        writer.close()
    assert (await answer).startswith(b"HTTP/1.1 408 ")


async def test_a_service_that_dies_in_mid_answer_cuts_the_answer_off(edge: Site, upstream: Upstream) -> None:
    async def handle(_: Scope, receive: Receive, send: Send) -> None:
        await start(send, headers={"content-length": "1000"})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ConnectionResetError

    upstream.handlers[CONTRACTS] = handle
    got = await edge.raw(b"GET /api/v1/contracts HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 ")
    assert got.endswith(b"half")


async def test_a_chunked_answer_that_breaks_off_has_no_end(edge: Site, upstream: Upstream) -> None:
    async def handle(_: Scope, receive: Receive, send: Send) -> None:
        await start(send)
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ConnectionResetError

    upstream.handlers[CONTRACTS] = handle
    got = await edge.raw(b"GET /api/v1/contracts HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"half" in got
    assert not got.endswith(b"0\r\n\r\n")
