"""What is too large, too often, or not to be understood in one way only."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from devkit.fake_upstream import OpenSite, PublishedKeys, Site, Upstream, answer, read, start
from gateway.throttle import Throttle
from web.errors import TooManyRequests
from web.http.proxy import headers
from web.http.proxy.errors import AmbiguousRequest
from web.networks import network

CONTRACTS = "/api/v1/contracts"
FILES = "/api/v1/files"
IMPORTS = "/api/v1/backoffice/imports"
MIB = 1024 * 1024
JSON = 512 * 1024


async def _swallow(_: Scope, receive: Receive, send: Send) -> None:
    size = len(await read(receive))
    await start(send)
    await send({"type": "http.response.body", "body": str(size).encode()})


@pytest.mark.parametrize(("path", "limit"), [(CONTRACTS, JSON), (FILES, 21 * MIB), (IMPORTS, 256 * MIB)])
async def test_a_declared_size_beyond_the_limit_is_refused_unread(
    edge: Site, upstream: Upstream, path: str, limit: int
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {limit + 1}\r\n\r\n"
    got = await edge.raw(head.encode())
    assert got.startswith(b"HTTP/1.1 413 ")  # no 100 Continue before it
    assert json.loads(got.partition(b"\r\n\r\n")[2])["limit"] == limit
    assert upstream.requests(path) == []


async def test_an_undeclared_size_is_refused_while_streaming(edge: Site, upstream: Upstream) -> None:
    broken_off = asyncio.Event()

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        broken_off.set()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536

    upstream.handlers[CONTRACTS] = handle
    async with asyncio.timeout(10), edge.http.post(CONTRACTS, data=endless()) as got:
        assert (got.status, (await got.json(content_type=None))["code"]) == (413, "too_large")
    await asyncio.wait_for(broken_off.wait(), 5)


@pytest.mark.parametrize("declared", [True, False], ids=["length", "chunked"])
async def test_exactly_the_limit_passes(edge: Site, upstream: Upstream, declared: bool) -> None:
    upstream.handlers[CONTRACTS] = _swallow

    async def body() -> AsyncIterator[bytes]:
        yield b"x" * JSON

    async with edge.http.post(CONTRACTS, data=b"x" * JSON if declared else body()) as got:
        assert await got.read() == str(JSON).encode()


@pytest.mark.parametrize("path", [FILES, IMPORTS])
async def test_only_the_upload_itself_may_be_large(edge: Site, path: str) -> None:
    for method in ("POST", "PUT"):
        where = f"{path}/1" if method == "POST" else path
        async with edge.http.request(method, where, data=io.BytesIO(b"x" * (JSON + 1))) as got:
            assert got.status == 413


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/contracts/..%2f..%2fmetrics",
        "/api/v1/contracts/%2e%2e/incidents",
        "/api/v1/contracts/../incidents",
        "/api/v1/contracts/./1",
        "/api/v1//contracts",
        "//evil.example/api/v1/contracts",
        "/api/v1/contracts/a%5Cb",
        "/api/v1/contracts/a%00b",
        "/docs/%2E%2E/metrics",
        "/static/..%2f..%2fpyproject.toml",
        "/api/v1/backoffice/products/A%2F..%2F..%2Fcontracts%2F1",
        "/api/v1/backoffice/products/%2e%2fA",
        "/api/v1/backoffice/products/%2fA",
        "/api/v1/backoffice/products/A%2f%2FB",
        "/api/v1/backoffice/products/A%5CB",
        "/api/v1/backoffice%2Fproducts/A",
        "/api/v1/backoffice/contracts/A%2FB",
        "/api/v1/backoffice/extension-offers/A%2FB",
    ],
)
async def test_a_path_that_could_mean_another_is_refused(edge: Site, upstream: Upstream, path: str) -> None:
    got = await edge.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert got.startswith(b"HTTP/1.1 400 ")
    assert b'"code":"bad_path"' in got
    assert upstream.seen == []


@pytest.mark.parametrize("reference", ["MXK32FN/A", "MXK32FN%2FA", "MXK32FN%2fA", "A%2FB/C", "..A%2FB."])
async def test_a_reference_of_a_product_may_hold_slashes(edge: Site, upstream: Upstream, reference: str) -> None:
    path = f"/api/v1/backoffice/products/{reference}"
    await edge.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert [seen.path for seen in upstream.seen] == [path]


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4\r\nContent-Length: 4",
        "Content-Length: +4",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked, identity",
        "Content-Length: 0\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b",
    ],
)
async def test_a_request_that_two_readers_could_divide_in_two_is_refused(
    edge: Site, upstream: Upstream, headers: str
) -> None:
    smuggled = "GET /api/v1/users HTTP/1.1\r\nHost: localhost\r\n\r\n"
    request = (
        f"POST {CONTRACTS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n\r\n0\r\n\r\n{smuggled}"
    )
    got = await edge.raw(request.encode())
    assert got.startswith(b"HTTP/1.1 400 ")
    assert upstream.seen == []


@pytest.mark.parametrize(
    "raw",
    [
        [(b"content-length", b"4"), (b"transfer-encoding", b"chunked")],
        [(b"content-length", b"4"), (b"content-length", b"4")],
        [(b"content-length", "٤".encode())],
        [(b"host", b"a"), (b"host", b"b")],
    ],
)
def test_the_edge_looks_for_itself_whatever_its_server_lets_through(raw: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(AmbiguousRequest):
        headers.check(raw)


async def test_a_read_with_a_body_is_refused(edge: Site, upstream: Upstream) -> None:
    got = await edge.raw(
        f"GET {CONTRACTS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    )
    assert got.startswith(b"HTTP/1.1 400 ")
    assert upstream.seen == []


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
async def test_other_methods_go_nowhere(edge: Site, upstream: Upstream, method: str) -> None:
    target = "localhost:443" if method == "CONNECT" else CONTRACTS
    got = await edge.raw(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert got.split(b" ")[1] == b"400" or b"\r\nallow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\r\n" in got
    assert upstream.seen == []


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/docs", "GET, HEAD"),
        ("PUT", "/static/docs.js", "GET, HEAD"),
    ],
)
async def test_a_page_says_what_it_may_be_asked(edge: Site, method: str, path: str, allowed: str) -> None:
    async with edge.http.request(method, path) as got:
        assert (got.status, got.headers["Allow"]) == (405, allowed)


async def test_who_asks_too_often_is_told_when_to_come_back(open_edge: OpenSite) -> None:
    async with open_edge(rate=0.5, burst=3) as edge:
        statuses = []
        for _ in range(4):
            async with edge.http.get(CONTRACTS) as got:
                statuses.append(got.status)
        assert statuses == [200, 200, 200, 429]
        assert got.headers["Retry-After"] == "2"
        async with edge.http.get("/livez") as probe:
            assert probe.status == 200


async def test_verified_callers_of_one_address_do_not_take_from_each_other(
    open_edge: OpenSite, keys: PublishedKeys
) -> None:
    async with open_edge(rate=0.01, burst=1) as edge:
        for subject, expected in (("anna", 200), ("bruno", 200), ("anna", 429)):
            headers = {"Authorization": f"Bearer {keys.token(subject)}"}
            async with edge.http.get(CONTRACTS, headers=headers) as got:
                assert got.status == expected


async def test_refused_tokens_count_against_the_address(open_edge: OpenSite) -> None:
    async with open_edge(rate=0.01, burst=2) as edge:
        statuses = []
        for _ in range(3):
            async with edge.http.get(CONTRACTS, headers={"Authorization": "Bearer nonsense"}) as got:
                statuses.append(got.status)
    assert statuses == [401, 401, 429]


async def test_logging_in_has_a_stricter_limit_of_its_own(open_edge: OpenSite, upstream: Upstream) -> None:
    upstream.handlers["/api/v1/auth/login"] = answer({})
    async with open_edge(auth_rate=0.01, auth_burst=2) as edge:
        for expected in (200, 200, 429):
            async with edge.http.post("/api/v1/auth/login", json={}) as got:
                assert got.status == expected
        async with edge.http.get(CONTRACTS) as got:
            assert got.status == 200


async def test_limits_can_be_switched_off(open_edge: OpenSite) -> None:
    async with open_edge(rate_limited=False, rate=0.01, burst=1) as edge:
        for _ in range(3):
            async with edge.http.get(CONTRACTS) as got:
                assert got.status == 200


def test_a_bucket_fills_again_up_to_its_burst() -> None:
    clock = [0.0]
    throttle = Throttle(2.0, 3, 10, now=lambda: clock[0])
    for _ in range(3):
        throttle.take("a")
    with pytest.raises(TooManyRequests):
        throttle.take("a")
    clock[0] = 0.5
    throttle.take("a")
    clock[0] = 1000.0
    for _ in range(3):
        throttle.take("a")
    with pytest.raises(TooManyRequests) as refused:
        throttle.take("a")
    assert refused.value.headers["Retry-After"] == "1"


def test_many_callers_take_no_more_memory_than_their_share() -> None:
    throttle = Throttle(1.0, 1, 100)
    for number in range(10_000):
        throttle.take(str(number))
    assert len(throttle) == 100


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("somewhere", "somewhere"),
    ],
)
def test_an_ipv6_subscriber_counts_once(address: str, counted: str) -> None:
    assert network(address) == counted
