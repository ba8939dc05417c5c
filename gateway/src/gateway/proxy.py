"""The reverse proxy: one exchange with a service, streamed in both directions, nothing held back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from starlette.types import Receive, Scope, Send
from yarl import URL

from chassis.errors import BodyTooLarge, Unavailable
from gateway import headers
from gateway.errors import AmbiguousRequest, BadPath, RequestTimeout, UpstreamBroken, UpstreamTimeout
from gateway.patience import Patience
from gateway.settings import Settings
from gateway.upload import CallerGone, Upload

log = logging.getLogger(__name__)

BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRIED = frozenset({"GET", "HEAD"})
# Shorter than the services keep an idle connection (uvicorn: 5 s), so that a request seldom meets a closing one.
KEEP_ALIVE = 4.0


class ClosedBeforeAnswer(aiohttp.ClientError):
    """The service closed the connection and answered nothing."""


async def retry_reads(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """A pooled connection may have been closed while the request was on its way. A read is sent once more; a change,
    which may have been carried out, never is (the library itself would repeat PUT and DELETE)."""
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        if request.method not in RETRIED:
            raise ClosedBeforeAnswer from error
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise ClosedBeforeAnswer from error


def open_http(settings: Settings) -> aiohttp.ClientSession:
    """The one client of the process, with a pool of connections per service; bodies pass as they are."""
    connector = aiohttp.TCPConnector(
        limit=0, limit_per_host=settings.connections_per_upstream, keepalive_timeout=KEEP_ALIVE
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        timeout=aiohttp.ClientTimeout(
            total=None, connect=settings.connect_timeout, sock_connect=settings.connect_timeout, sock_read=None
        ),
        middlewares=(retry_reads,),
    )


class Proxy:
    def __init__(self, http: Callable[[], aiohttp.ClientSession], settings: Settings) -> None:
        self._http = http
        self._settings = settings
        self._bases = settings.upstreams
        self._host = settings.public_origin.partition("://")[2]
        self._scheme = settings.public_origin.partition("://")[0]

    async def forward(
        self, scope: Scope, receive: Receive, send: Send, *, service: str, authorization: str | None, limit: int
    ) -> None:
        """Raises a Problem while nothing of the answer has been sent; afterwards it breaks off."""
        length = _check_body(scope, limit)
        relay = _Relay(send)
        try:
            async with asyncio.timeout(None) as timeout:
                patience = Patience(
                    timeout, service=self._settings.response_timeout, caller=self._settings.client_timeout
                )
                upload = Upload(receive, patience, limit=limit, length=length)
                try:
                    await self._exchange(scope, upload, relay, patience, service, authorization)
                finally:
                    upload.unwatch()
        except CallerGone:
            return
        except asyncio.CancelledError:
            if not isinstance(upload.failure, CallerGone):
                raise
            _uncancel()
        except (aiohttp.ClientError, TimeoutError) as error:
            relay.give_up(service, _reason(error, upload, patience))

    async def _exchange(
        self,
        scope: Scope,
        upload: Upload,
        relay: _Relay,
        patience: Patience,
        service: str,
        authorization: str | None,
    ) -> None:
        method = scope["method"]
        if not upload.has_body:
            await upload.nothing()
        patience.for_service()
        answer = await self._http().request(
            method,
            _url(self._bases[service], scope),
            headers=self._headers(scope, authorization),
            data=upload.chunks() if upload.has_body else None,
            allow_redirects=False,
        )
        try:
            await relay.answer(answer, upload, patience)
        finally:
            if not (upload.is_complete and answer.content.at_eof()):
                answer.close()

    def _headers(self, scope: Scope, authorization: str | None) -> Any:
        client = scope.get("client") or ("unknown", 0)
        return headers.inbound(
            scope["headers"],
            address=client[0],
            scheme=self._scheme,
            host=self._host,
            authorization=authorization,
        )


class _Relay:
    """The way back: the service's answer, sent on as it arrives."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = False

    async def answer(self, answer: ClientResponse, upload: Upload, patience: Patience) -> None:
        patience.endless = answer.content_type == "text/event-stream"
        self._started = True
        await self._send(
            {"type": "http.response.start", "status": answer.status, "headers": headers.outbound(answer.raw_headers)}
        )
        patience.for_service()
        async for chunk in answer.content.iter_any():
            patience.for_caller()
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
            patience.for_service()
        upload.unwatch()
        await self._send({"type": "http.response.body", "body": b""})

    def give_up(self, service: str, reason: Exception) -> None:
        """An answer that has begun can only be cut off, so that the caller sees that it is not whole."""
        if isinstance(reason, CallerGone):
            return
        if not self._started:
            log.warning("%s: %s", service, type(reason).__name__)
            raise reason
        log.warning("%s broke off in the middle of an answer: %s", service, type(reason).__name__)


def _check_body(scope: Scope, limit: int) -> int | None:
    """The length that the headers promise, None where they promise chunks.

    Refuses what need not be read: a read with a body, a body that says that it is too large.
    """
    given = dict(scope["headers"])
    length = None if b"transfer-encoding" in given else int(given.get(b"content-length", b"0"))
    if scope["method"] in BODILESS and length != 0:
        raise AmbiguousRequest
    if length is not None and length > limit:
        raise BodyTooLarge(limit=limit, headers={"Connection": "close"})
    return length


def _url(base: str, scope: Scope) -> URL:
    """The caller's own bytes, neither decoded nor encoded again."""
    try:
        path = scope["raw_path"].decode("ascii")
        query = scope["query_string"].decode("ascii")
    except UnicodeDecodeError as error:
        raise BadPath from error
    if any(ord(character) <= 32 or character == "#" for character in query):
        raise BadPath
    return URL(f"{base}{path}?{query}" if query else f"{base}{path}", encoded=True)


def _reason(error: Exception, upload: Upload, patience: Patience) -> Exception:
    if upload.failure is not None:
        return upload.failure
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return Unavailable()
    if isinstance(error, TimeoutError):
        return RequestTimeout(headers={"Connection": "close"}) if patience.is_for_caller else UpstreamTimeout()
    return UpstreamBroken()


def _uncancel() -> None:
    """The cancellation was ours: it ends here."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
