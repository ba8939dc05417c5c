"""The reverse proxy: one exchange with a service, streamed in both directions, nothing held back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import aiohttp
from aiohttp import ClientResponse
from multidict import CIMultiDict
from starlette.types import Receive, Scope, Send
from yarl import URL

from web.errors import BodyTooLarge, Unavailable
from web.http.draining import Draining
from web.http.proxy import headers
from web.http.proxy.caller import CallerGone, Upload
from web.http.proxy.errors import AmbiguousRequest, BadPath, RequestTimeout, UpstreamBroken, UpstreamTimeout
from web.http.proxy.timeouts import Patience
from web.settings import UpstreamSettings

log = logging.getLogger(__name__)

BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
# A change that its service recognises by a key is held while it is so small, so that it can be sent again.
HELD = 64 * 1024


class Proxy:
    def __init__(
        self, http: Callable[[], aiohttp.ClientSession], settings: UpstreamSettings, draining: Draining
    ) -> None:
        self._http = http
        self._settings = settings
        self._draining = draining
        self._bases = settings.upstreams
        self._host = settings.public_origin.partition("://")[2]
        self._scheme = settings.public_origin.partition("://")[0]

    async def forward(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        upstream: str,
        limit: int,
        authorization: str | None = None,
        with_cookies: bool = False,
    ) -> None:
        """``limit`` is the body's, in bytes. Raises a Problem while nothing of the answer has been sent; afterwards it
        breaks off."""
        length = _check_body(scope, limit)
        relay = _Relay(send, self._draining, with_cookies=with_cookies)
        sent = self._headers(scope, authorization, with_cookies=with_cookies)
        try:
            async with asyncio.timeout(None) as timeout:
                patience = Patience(
                    timeout, service=self._settings.response_timeout, caller=self._settings.client_timeout
                )
                upload = Upload(receive, patience, limit=limit, length=length)
                try:
                    await self._exchange(scope, upload, relay, patience, _url(self._bases[upstream], scope), sent)
                finally:
                    upload.unwatch()
        except CallerGone:
            return
        except asyncio.CancelledError:
            if not isinstance(upload.failure, CallerGone):
                raise
            _uncancel()
        except (aiohttp.ClientError, TimeoutError) as error:
            relay.give_up(upstream, _reason(error, upload, patience))

    async def _exchange(
        self,
        scope: Scope,
        upload: Upload,
        relay: _Relay,
        patience: Patience,
        url: URL,
        sent: CIMultiDict[str],
    ) -> None:
        body = await _body(scope, upload)
        patience.for_service()
        answer = await self._http().request(
            scope["method"],
            url,
            headers=sent,
            data=body,
            allow_redirects=False,
        )
        try:
            await relay.answer(answer, upload, patience)
        finally:
            if not (upload.is_complete and answer.content.at_eof()):
                answer.close()

    def _headers(self, scope: Scope, authorization: str | None, *, with_cookies: bool) -> CIMultiDict[str]:
        client = scope.get("client") or ("unknown", 0)
        return headers.inbound(
            scope["headers"],
            address=client[0],
            scheme=self._scheme,
            host=self._host,
            authorization=authorization,
            with_cookies=with_cookies,
        )


class _Relay:
    """The way back: the service's answer, sent on as it arrives."""

    def __init__(self, send: Send, draining: Draining, *, with_cookies: bool) -> None:
        self._send = send
        self._with_cookies = with_cookies
        self._draining = draining
        self._started = False

    async def answer(self, answer: ClientResponse, upload: Upload, patience: Patience) -> None:
        patience.endless = answer.content_type == "text/event-stream"
        self._started = True
        await self._send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": headers.outbound(answer.raw_headers, with_cookies=self._with_cookies),
            }
        )
        patience.for_service()
        async with aclosing(self._chunks(answer, patience)) as chunks:
            async for chunk in chunks:
                patience.for_caller()
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
                patience.for_service()
        upload.unwatch()
        await self._send({"type": "http.response.body", "body": b""})

    def _chunks(self, answer: ClientResponse, patience: Patience) -> AsyncGenerator[bytes, None]:
        # An open stream would hold up a stop for ever; the page comes back by itself, to another process.
        return self._draining.until(_chunks(answer)) if patience.endless else _chunks(answer)

    def give_up(self, service: str, reason: Exception) -> None:
        """An answer that has begun can only be cut off, so that the caller sees that it is not whole."""
        if isinstance(reason, CallerGone):
            return
        if not self._started:
            log.warning("%s: %s", service, type(reason).__name__)
            raise reason
        log.warning("%s broke off in the middle of an answer: %s", service, type(reason).__name__)


async def _chunks(answer: ClientResponse) -> AsyncGenerator[bytes, None]:
    async for chunk in answer.content.iter_any():
        yield chunk


async def _body(scope: Scope, upload: Upload) -> AsyncGenerator[bytes, None] | bytes | None:
    if not upload.has_body:
        await upload.nothing()
        return None
    keyed = any(name == b"idempotency-key" for name, _ in scope["headers"])
    if keyed and upload.is_at_most(HELD):
        return b"".join([chunk async for chunk in upload.chunks()])
    # The head leaves with the first piece: a service closes connections on which no head comes.
    pieces = upload.chunks()
    return _joined(await anext(pieces, b""), pieces)


async def _joined(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    if first:
        yield first
    async for piece in rest:
        yield piece


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
