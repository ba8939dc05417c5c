"""Lingering close: an answer that is sent before the request body was read still reaches the client.

A server that closes a connection with unread bytes resets it, and the client loses the answer: a browser shows an error
of its own instead of *too large*, and a proxy only sees that the connection broke.
"""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Seconds for the rest of a body, and for its next piece: as nginx does.
LINGER_SECONDS = 30.0
LINGER_IDLE_SECONDS = 5.0
# Headers of a request that has a body.
FRAMED = frozenset({b"content-length", b"transfer-encoding"})


class Lingering:
    """Around the app of an HTTP connection: reads what the app left of a body and drops it, after the whole answer was
    sent and before the connection may be closed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = {name for name, _ in scope["headers"]}
        # A client that sent `Expect: 100-continue` sends no body after a refusal.
        if FRAMED.isdisjoint(names) or b"expect" in names:
            await self._app(scope, receive, send)
            return
        is_read = is_held = False

        async def receive_noting() -> Message:
            nonlocal is_read
            message = await receive()
            is_read = is_read or not message.get("more_body", False)
            return message

        async def send_holding(message: Message) -> None:
            nonlocal is_read, is_held
            # The client of a 408 has stopped sending.
            is_read = is_read or message.get("status") == HTTPStatus.REQUEST_TIMEOUT
            is_held = message["type"] == "http.response.body" and not message.get("more_body", False) and not is_read
            await send({**message, "more_body": True} if is_held else message)

        await self._app(scope, receive_noting, send_holding)
        if is_held:
            await _drop(receive)
            await send({"type": "http.response.body", "body": b""})


async def _drop(receive: Receive) -> None:
    ends = time.monotonic() + LINGER_SECONDS
    try:
        while (left := ends - time.monotonic()) > 0:
            async with asyncio.timeout(min(left, LINGER_IDLE_SECONDS)):
                if not (await receive()).get("more_body", False):
                    return
    except TimeoutError:
        return
