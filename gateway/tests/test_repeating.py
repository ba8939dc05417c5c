"""A pooled connection that the service closes while a request is on its way: what is sent a second time."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest

from chassis.http import idempotency
from devkit.fake_upstream import OpenSite
from web.http import upstream_client

CONTRACTS = "/api/v1/contracts"
HOST = "127.0.0.1"


def test_what_services_keep_no_keys_for_is_known_here_too() -> None:
    assert upstream_client.WITHOUT_KEYS == idempotency.EXEMPT_PREFIXES


class Closing:
    """Answers the first request of a connection; reads the second whole, and closes instead of answering."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._take(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        with contextlib.suppress(asyncio.IncompleteReadError):
            await self._take(reader)
        writer.close()

    async def _take(self, reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((line.split(b":")[1] for line in head.lower().split(b"\r\n") if b"content-length" in line), b"0")
        self.bodies.append(await reader.readexactly(int(length)))


KEY = {"Idempotency-Key": "k"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "size", "status"),
    [
        ("GET", CONTRACTS, {}, 0, 200),
        ("POST", CONTRACTS, KEY, 100, 200),
        ("POST", CONTRACTS, KEY, 0, 200),
        ("POST", CONTRACTS, {}, 100, 502),
        ("PUT", CONTRACTS, KEY, 100, 502),
        ("POST", CONTRACTS, KEY, 200_000, 502),
        ("POST", "/api/v1/auth/login", KEY, 100, 502),
    ],
    ids=["read", "keyed", "keyed without a body", "no key", "not a POST", "too long to be held", "no keys there"],
)
async def test_a_pooled_connection_that_was_closed_costs_a_change_only_where_no_key_makes_it_safe(
    open_edge: OpenSite, method: str, path: str, headers: dict[str, str], size: int, status: int
) -> None:
    closing = Closing()
    server = await asyncio.start_server(closing, HOST, 0)
    url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    async with server, open_edge(contracts_url=url, identity_url=url) as edge:
        async with edge.http.get(path) as got:
            assert got.status == 200
        async with edge.http.request(method, path, data=b"x" * size or None, headers=headers) as got:
            assert got.status == status
            if status == 502:
                assert (json.loads(await got.read())["code"], got.headers["Retry-After"]) == ("bad_gateway", "2")
    assert closing.bodies[1:] == [b"x" * size] * (2 if status == 200 else 1)
