"""The reverse proxy: what crosses, and what does not."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from devkit.fake_upstream import OpenSite, Site, Upstream, answer, read, start
from gateway.routing import target

CONTRACTS = "/api/v1/contracts"


async def test_a_request_reaches_its_service_and_the_answer_comes_back_whole(edge: Site, upstream: Upstream) -> None:
    upstream.handlers[CONTRACTS] = answer({"items": []}, 201, etag='"3"', location="/api/v1/contracts/1")
    async with edge.http.post(f"{CONTRACTS}?q=a%20b&q=c", json={"é": 1}, headers={"Idempotency-Key": "k"}) as got:
        assert (got.status, got.headers["ETag"], got.headers["Location"]) == (201, '"3"', "/api/v1/contracts/1")
        assert await got.json() == {"items": []}
    [seen] = upstream.requests(CONTRACTS)
    assert (seen.method, seen.query, seen.headers["idempotency-key"]) == ("POST", "q=a%20b&q=c", "k")
    assert "user-agent" in seen.headers


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/v1/auth/login", "identity"),
        ("/api/v1/oauth/token", "identity"),
        ("/api/v1/clients/1/access", "identity"),
        ("/api/v1/backoffice/resellers/REV-1", "identity"),
        ("/api/v1/backoffice/contracts/29962", "contracts"),
        ("/api/v1/coverage", "contracts"),
        ("/api/v1/incidents/20122301/messages", "incidents"),
        ("/api/v1/files", "files"),
        ("/api/v1/notifications/stream", "notifications"),
        ("/.well-known/jwks.json", "identity"),
    ],
)
async def test_every_prefix_has_its_service(path: str, service: str) -> None:
    assert target(path).service == service


@pytest.mark.parametrize(
    "path", ["/api/v1/unknown", "/api/v1/", "/api/v2/contracts", "/api/v1/backoffice/users", "/api/v1/auth/exchange"]
)
async def test_what_no_service_answers_is_not_found(edge: Site, upstream: Upstream, path: str) -> None:
    async with edge.http.get(path) as got:
        assert (got.status, (await got.json(content_type=None))["code"]) == (404, "not_found")
        assert got.content_type == "application/problem+json"
    assert upstream.seen == []


async def test_forwarded_headers_from_outside_are_replaced(edge: Site, upstream: Upstream) -> None:
    lies = {
        "X-Forwarded-For": "8.8.8.8",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Prefix": "/admin",
        "Forwarded": "for=8.8.8.8",
        "X-Real-IP": "8.8.8.8",
        "X-Original-URL": "/admin",
        "Cookie": "__Host-other=1",
        "Connection": "X-Secret",
        "X-Secret": "hop",
        "Host": "evil.example",
    }
    async with edge.http.get(CONTRACTS, headers=lies) as got:
        assert got.status == 200
    [seen] = upstream.requests(CONTRACTS)
    assert seen.headers["x-forwarded-for"] == "127.0.0.1"
    assert (seen.headers["x-forwarded-proto"], seen.headers["x-forwarded-host"]) == ("http", "localhost:8080")
    assert seen.headers["host"] == upstream.url.removeprefix("http://")
    assert not {"x-forwarded-prefix", "forwarded", "x-real-ip", "x-original-url", "cookie", "x-secret"} & set(
        seen.headers
    )


async def test_a_trusted_proxy_in_front_says_who_calls(open_edge: OpenSite, upstream: Upstream) -> None:
    through = {"X-Forwarded-For": "203.0.113.9"}
    async with open_edge(forwarded_allow_ips="127.0.0.1") as edge, edge.http.get(CONTRACTS, headers=through) as got:
        assert got.status == 200
    assert upstream.requests(CONTRACTS)[0].headers["x-forwarded-for"] == "203.0.113.9"


async def test_request_id_and_trace_go_through(edge: Site, upstream: Upstream) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with edge.http.get(CONTRACTS, headers={"X-Request-ID": "mine", "traceparent": trace}) as got:
        assert got.headers["X-Request-ID"] == "mine"
    [seen] = upstream.requests(CONTRACTS)
    assert seen.headers["x-request-id"] == "mine"
    assert seen.headers["traceparent"].split("-")[1] == trace.split("-")[1]


async def test_compressed_and_doubled_headers_pass_unchanged(edge: Site, upstream: Upstream) -> None:
    async def handle(_: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-encoding", b"gzip"), (b"link", b"<a>"), (b"link", b"<b>"), (b"server", b"secret/1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": gzip.compress(b"squeezed")})

    upstream.handlers[CONTRACTS] = handle
    async with edge.http.get(CONTRACTS) as got:
        assert gzip.decompress(await got.read()) == b"squeezed"
        assert got.headers.getall("Link") == ["<a>", "<b>"]
        assert "secret/1" not in got.headers.getall("Server", [])


async def test_the_first_event_arrives_while_the_stream_goes_on(edge: Site, upstream: Upstream) -> None:
    ended = asyncio.Event()

    async def stream(_: Scope, receive: Receive, send: Send) -> None:
        await start(send, headers={"content-type": "text/event-stream"})
        await send({"type": "http.response.body", "body": b"data: one\n\n", "more_body": True})
        await ended.wait()
        await send({"type": "http.response.body", "body": b"data: two\n\n"})

    upstream.handlers["/api/v1/notifications/stream"] = stream
    async with edge.http.get("/api/v1/notifications/stream") as got:
        first = await asyncio.wait_for(got.content.readany(), 5)
        assert (first, ended.is_set()) == (b"data: one\n\n", False)
        ended.set()
        assert await got.content.read() == b"data: two\n\n"


async def test_a_silent_event_stream_outlives_the_response_time_out(open_edge: OpenSite, upstream: Upstream) -> None:
    ended = asyncio.Event()

    async def stream(_: Scope, receive: Receive, send: Send) -> None:
        await start(send, headers={"content-type": "text/event-stream; charset=utf-8"})
        await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
        await ended.wait()
        await send({"type": "http.response.body", "body": b"data: late\n\n"})

    upstream.handlers["/api/v1/notifications/stream"] = stream
    upstream.handlers[CONTRACTS] = _never
    async with open_edge(response_timeout=0.2) as edge, edge.http.get("/api/v1/notifications/stream") as got:
        await got.content.readany()
        async with edge.http.get(CONTRACTS) as slow:  # proves that the time-out has passed
            assert slow.status == 504
        ended.set()
        assert await got.content.read() == b"data: late\n\n"


async def _never(_: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def test_an_upload_arrives_while_it_is_being_sent(edge: Site, upstream: Upstream) -> None:
    arrived = asyncio.Event()

    async def handle(_: Scope, receive: Receive, send: Send) -> None:
        first = await receive()
        arrived.set()
        rest = await read(receive)
        await start(send)
        await send({"type": "http.response.body", "body": first["body"] + rest})

    async def body() -> AsyncIterator[bytes]:
        yield b"first "
        await asyncio.wait_for(arrived.wait(), 5)  # the client has not ended, and the service has read
        yield b"second"

    upstream.handlers["/api/v1/files"] = handle
    async with edge.http.post("/api/v1/files", data=body()) as got:
        assert await got.read() == b"first second"


@pytest.mark.parametrize("declared", [True, False], ids=["length", "chunked"])
async def test_twenty_megabytes_pass_unharmed(edge: Site, upstream: Upstream, declared: bool) -> None:
    block = bytes(range(256)) * 256
    total = 20 * 1024 * 1024
    lengths: list[int] = []

    async def handle(_: Scope, receive: Receive, send: Send) -> None:
        body = await read(receive)
        lengths.append(len(body))
        assert body[: len(block)] == block
        await start(send)
        await send({"type": "http.response.body", "body": body})

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(total // len(block)):
            yield block

    upstream.handlers["/api/v1/files"] = handle
    headers = {"Content-Length": str(total)} if declared else {}
    async with edge.http.post("/api/v1/files", data=pieces(), headers=headers) as got:
        assert len(await got.read()) == total
    assert lengths == [total]
    framing = upstream.requests("/api/v1/files")[0].headers
    assert ("content-length" in framing) is declared


async def test_a_redirect_is_the_callers_to_follow(edge: Site, upstream: Upstream) -> None:
    upstream.handlers[CONTRACTS] = answer({}, 302, location="http://127.0.0.1:9/")
    async with edge.http.get(CONTRACTS, allow_redirects=False) as got:
        assert got.status == 302


async def test_a_head_request_has_headers_and_no_body(edge: Site, upstream: Upstream) -> None:
    async def handle(_: Scope, receive: Receive, send: Send) -> None:
        await start(send, headers={"content-length": "5"})
        await send({"type": "http.response.body", "body": b""})

    upstream.handlers[CONTRACTS] = handle
    async with edge.http.head(CONTRACTS) as got:
        assert (got.status, got.headers["Content-Length"], await got.read()) == (200, "5", b"")
