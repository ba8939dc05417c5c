"""Middleware of every request: ids, trace, metrics, headers, entity tags. Plain ASGI: streams are not buffered."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import BodyTooLarge, Unavailable
from web.http import request_log
from web.http.draining import DRAINING_HEADER, Draining
from web.http.rendering import render
from web.observability import Metrics, continue_trace, request_id, traceparent

# As nginx counts it: the client left before the answer, and no process of ours failed.
CALLER_GONE = 499
REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class RequestContext:
    """Names the request and its trace, counts, times and logs it, and adds security headers. While the process drains,
    every answer closes its connection, so that the next request reaches another process. ``answered`` is awaited with
    the status once the answer was sent."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        draining: Draining,
        answered: Callable[[Scope, int], Awaitable[None]] | None = None,
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.draining = draining
        self.answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        given = asked.get("x-request-id", "")
        identifier = given if REQUEST_ID.match(given) else uuid4().hex
        request_id.set(identifier)
        traceparent.set(continue_trace(asked.get("traceparent")))
        started, status, is_answered = time.perf_counter(), 500, False

        async def send_hardened(message: Message) -> None:
            nonlocal status, is_answered
            if message["type"] == "http.response.start":
                status, is_answered = message["status"], True
                headers = MutableHeaders(scope=message)
                _harden(headers, identifier)
                if self.draining.begun:
                    headers["Connection"] = "close"
                    headers[DRAINING_HEADER] = "1"
            await send(message)

        try:
            await self.app(scope, receive, send_hardened)
            status = status if is_answered else CALLER_GONE
        except asyncio.CancelledError:
            # Cancelled by the server: the time for requests under way ends when the process stops.
            if is_answered or not self.draining.begun:
                raise
            await render(Request(scope), Unavailable())(scope, receive, send_hardened)
        finally:
            seconds = time.perf_counter() - started
            self._count(scope, status, seconds)
            request_log.answered(scope, status, seconds)
        if self.answered is not None:
            await self.answered(scope, status)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        # The template, never the path: a label per contract would be a series per contract.
        route = getattr(scope.get("route"), "path", "unmatched")
        self.metrics.requests.labels(scope["method"], route, status).inc()
        self.metrics.latency.labels(scope["method"], route).observe(seconds)


def _harden(headers: MutableHeaders, identifier: str) -> None:
    headers["X-Request-ID"] = identifier
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")


class EntityTags:
    """Adds an ETag of the JSON body to a GET that has none, and answers 304 if the client has that body already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _TaggingSend(send, Headers(scope=scope).get("if-none-match")))


class _TaggingSend:
    """Holds back the start of a JSON answer until its one body is there; passes every other answer through."""

    def __init__(self, send: Send, if_none_match: str | None) -> None:
        self._send = send
        self._if_none_match = if_none_match
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _taggable(message):
            self._start = message
            return
        if self._start is None:
            await self._send(message)
            return
        start, self._start = self._start, None
        if message.get("more_body"):
            await self._send(start)
            await self._send(message)
            return
        await self._finish(start, message)

    async def _finish(self, start: Message, message: Message) -> None:
        headers = MutableHeaders(scope=start)
        tag = headers.get("etag") or f'"{hashlib.blake2b(message["body"], digest_size=12).hexdigest()}"'
        headers["ETag"] = tag
        if _matches(self._if_none_match, tag):
            start["status"] = 304
            del headers["content-length"]
            message = {**message, "body": b""}
        await self._send(start)
        await self._send(message)


def _taggable(message: Message) -> bool:
    return message["status"] == 200 and Headers(raw=message["headers"]).get("content-type") == "application/json"


def _matches(if_none_match: str | None, tag: str) -> bool:
    return if_none_match is not None and tag in {part.strip().removeprefix("W/") for part in if_none_match.split(",")}


class SizeRefusals:
    """Starlette answers a declared length above the limit in plain text, whatever handlers an app has. This answers
    with problem+json like every other error."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def send_problem(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                replaced = True
                problem = render(Request(scope), BodyTooLarge(limit=self.limit))
                await problem(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, send_problem)


def _is_plain_refusal(message: Message) -> bool:
    media_type = Headers(raw=message["headers"]).get("content-type", "")
    return message["status"] == 413 and media_type.startswith("text/plain")
