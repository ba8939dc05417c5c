"""The one HTTP client of the process: how it connects to the services, and what it sends a second time.

A service may be several processes behind one name, of which one is about to leave: a deployment starts the new one
first. Nothing that reaches the edge in that time may fail for it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import BytesPayload, ClientHandlerType, ClientRequest, ClientResponse
from aiohttp.abc import ResolveResult
from aiohttp.connector import Connection
from starlette.applications import Starlette

from web.http.connections import MAX_HEAD_BYTES
from web.http.draining import DRAINING_HEADER
from web.settings import UpstreamSettings

READS = frozenset({"GET", "HEAD"})
# Where services keep no answers by key: what a log-in or a token request did is never known from outside.
WITHOUT_KEYS = ("/api/v1/auth/", "/api/v1/oauth/")
# Seconds. Far shorter than services keep an idle connection, and shorter than a draining one goes on answering, so that
# no request is sent on a connection that the service is closing.
KEEP_ALIVE = 2.0
# Seconds for which a DNS answer is kept: for that long a new process gets no requests, and one that ended may still be
# tried.
NAMES_KEPT = 1
# Seconds between the three attempts to connect. A process that starts or stops has done so within that second; if none
# answers by then, the service counts as unavailable.
PAUSES = (0.2, 0.5)
# Seconds for which an address is avoided after its process announced that it is draining. Longer than draining takes;
# afterwards another process may have the address.
LEAVING_FOR = 15.0


class ClosedBeforeAnswer(aiohttp.ClientError):
    """The service closed the connection and answered nothing: what it did is unknown."""


class Replicas(aiohttp.ThreadedResolver):
    """The addresses behind a name, without those whose process has said that it is leaving."""

    def __init__(self) -> None:
        super().__init__()
        self._left: dict[tuple[str, str], float] = {}

    def leaves(self, name: str, address: str) -> bool:
        """Notes that the process at this address is draining; returns whether that was unknown."""
        known = self._is_leaving(name, address)
        self._left = {key: at for key, at in self._left.items() if time.monotonic() - at < LEAVING_FOR}
        self._left[name, address] = time.monotonic()
        return not known

    def _is_leaving(self, name: str, address: str) -> bool:
        return time.monotonic() - self._left.get((name, address), -LEAVING_FOR) < LEAVING_FOR

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        return [each for each in found if not self._is_leaving(host, each["host"])] or found


class UpstreamResponse(ClientResponse):
    """Keeps the peer's address. aiohttp returns the connection to the pool once the body is read, and the address could
    not be read from it after that."""

    peer = ""

    async def start(self, connection: Connection) -> ClientResponse:
        peername = connection.transport.get_extra_info("peername") if connection.transport else None
        self.peer = str(peername[0]) if peername else ""
        return await super().start(connection)


class Middlewares:
    """Around each request, from the inside out: connect again, note who is draining, repeat what is idempotent."""

    def __init__(self, replicas: Replicas, connector: aiohttp.TCPConnector) -> None:
        self._replicas = replicas
        self._connector = connector

    async def retry_connect(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Where no connection could be made nothing was sent, so that any method may try again."""
        for pause in PAUSES:
            try:
                return await handler(request)
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(pause)
        return await handler(request)

    async def track_draining(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        answer = await handler(request)
        name = request.url.raw_host or ""
        if (
            DRAINING_HEADER in answer.headers
            and isinstance(answer, UpstreamResponse)
            and self._replicas.leaves(name, answer.peer)
        ):
            self._connector.clear_dns_cache(name, request.url.port)
        return answer

    async def retry_idempotent(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """A pooled connection may have been closed while the request was on its way. A read is sent once more, and a
        change that its service recognises by a key; any other, which may have been carried out, never is (the library
        itself would repeat PUT and DELETE)."""
        try:
            return await _sent(request, handler)
        except ClosedBeforeAnswer:
            if not _is_harmless(request):
                raise
        await request.close()
        return await _sent(request, handler)


async def _sent(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise ClosedBeforeAnswer from error


def _is_harmless(request: ClientRequest) -> bool:
    keyed = request.method == "POST" and "Idempotency-Key" in request.headers
    # A body that was passed on as it came in cannot be passed on again.
    held = not request.body or isinstance(request.body, BytesPayload)
    return request.method in READS or (keyed and held and not request.url.raw_path.startswith(WITHOUT_KEYS))


class UpstreamClient:
    """The client session of a process, open from the start of its lifespan to its end: a pool of connections per
    service; bodies pass as they are."""

    def __init__(self, settings: UpstreamSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    def __call__(self) -> aiohttp.ClientSession:
        assert self._session is not None, "the lifespan has not begun"
        return self._session

    @asynccontextmanager
    async def opened(self, _: Starlette) -> AsyncIterator[None]:
        async with self._open() as self._session:
            yield

    def _open(self) -> aiohttp.ClientSession:
        replicas = Replicas()
        connector = aiohttp.TCPConnector(
            limit=0,
            limit_per_host=self._settings.connections_per_upstream,
            keepalive_timeout=KEEP_ALIVE,
            ttl_dns_cache=NAMES_KEPT,
            resolver=replicas,
        )
        around = Middlewares(replicas, connector)
        connect = self._settings.connect_timeout
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            timeout=aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect, sock_read=None),
            response_class=UpstreamResponse,
            # As much as the gateway takes from its own callers.
            max_line_size=MAX_HEAD_BYTES,
            max_field_size=MAX_HEAD_BYTES,
            # The first stands outermost.
            middlewares=(around.retry_idempotent, around.track_draining, around.retry_connect),
        )
