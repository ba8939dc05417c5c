"""Real servers on the loopback, in the test's own event loop: upstreams that a test programs, and clients of them.

The fixtures ``keys``, ``upstream`` and ``open_site`` are there for every test (``conftest.py`` of the workspace).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import uvicorn
from joserfc.jwk import OKPKey
from starlette.types import Receive, Scope, Send

from api.upstreams import SEGMENTS
from web.auth.principal import Principal
from web.auth.tokens import sign
from web.http.serving import COMMON

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]
OpenSite = Callable[..., AbstractAsyncContextManager["Site"]]

UPSTREAMS = ("portal", *sorted(set(SEGMENTS.values())))


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(config: uvicorn.Config) -> AsyncIterator[str]:
    """Serves on a free port; gives the base address."""
    server = Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


def quiet(app: Any) -> uvicorn.Config:
    return uvicorn.Config(app, port=0, lifespan="off", timeout_graceful_shutdown=1, **COMMON)


@dataclass
class Seen:
    """What reached a service."""

    method: str
    path: str
    query: str
    headers: dict[str, str]


@dataclass
class Upstream:
    """A service as the gateway sees it: ``handlers`` by path, otherwise an empty JSON object."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        query = scope["query_string"].decode()
        self.seen.append(Seen(scope["method"], scope["raw_path"].decode(), query, headers))
        await self.handlers.get(scope["path"], answer({}))(scope, receive, send)

    def requests(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]


async def read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def answer(body: Any, status: int = 200, **headers: str) -> Handler:
    async def handle(_: Scope, receive: Receive, send: Send) -> None:
        await read(receive)
        await start(send, status, {"content-type": "application/json", **headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    return handle


async def start(send: Send, status: int = 200, headers: dict[str, str] | None = None) -> None:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in (headers or {}).items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


@dataclass
class Site:
    """Something that is served, and a client of it that changes nothing on the way."""

    url: str
    http: aiohttp.ClientSession

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def raw(self, request: bytes) -> bytes:
        """Sends bytes as they are; everything that comes back until the connection is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        try:
            async with asyncio.timeout(5):
                return await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def visited(config: uvicorn.Config) -> AsyncIterator[Site]:
    async with (
        serving(config) as url,
        aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as http,
    ):
        yield Site(url, http)


class PublishedKeys:
    """Signing keys as identity would publish them, made for the run."""

    def __init__(self) -> None:
        self.private = OKPKey.generate_key("Ed25519", {"kid": "one"})

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self.private.as_dict(private=False, kid="one")]}

    def token(
        self,
        subject: str = "somebody",
        *,
        key: OKPKey | None = None,
        issuer: str = "http://localhost:8080",
        audience: str = "sqp-platform",
        lifetime: int = 600,
        person: Principal | None = None,
    ) -> str:
        principal = person or Principal(subject=subject, scopes=frozenset({"contracts:read"}))
        now = time.time()
        return sign(principal, key or self.private, issuer=issuer, audience=audience, lifetime=lifetime, now=now)


@pytest.fixture(scope="session")
def keys() -> PublishedKeys:
    return PublishedKeys()


@pytest.fixture
async def upstream(keys: PublishedKeys) -> AsyncIterator[Upstream]:
    """All five services and the portal in one."""
    app = Upstream()
    app.handlers["/.well-known/jwks.json"] = answer(keys.jwks())
    async with serving(quiet(app)) as app.url:
        yield app


@pytest.fixture
def open_site(upstream: Upstream) -> OpenSite:
    """``async with open_site(build, Settings, **settings) as site``: a gateway or a portal in front of ``upstream``."""

    @asynccontextmanager
    async def opened(build: Callable[[Any], Any], kind: Callable[..., Any], **settings: Any) -> AsyncIterator[Site]:
        urls = {f"{name}_url": upstream.url for name in UPSTREAMS}
        process = build(kind(environment="test", **{**urls, **settings}))
        async with visited(process.server_config(port=0, timeout_graceful_shutdown=1)) as site:
            yield site

    return opened
