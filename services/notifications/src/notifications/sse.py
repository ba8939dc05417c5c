"""Server-sent events on the wire: ids that resume, heartbeats, an end in time, and no wait for a stalled reader."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import struct
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import timedelta

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from notifications.settings import Settings
from notifications.stream import Hub, Item, Position, Subscriber
from web.auth.principal import Principal

RETRY_MS = 2000
# Items are dated by the start of their transaction: an id so close to the retention may have lost one.
RETENTION_MARGIN = timedelta(minutes=5)
NONCE = 12
COUNTERS = struct.Struct(">qq")

# One event as it comes, for the API's document.
CONTENT = {
    "text/event-stream": {
        "schema": {
            "type": "object",
            "title": "StreamEvent",
            "properties": {
                "id": {"type": "string", "description": "For Last-Event-ID"},
                "event": {"enum": ["notification", "notifications.read", "incident.changed", "reset"]},
                "data": {"type": "string", "description": "A JSON object"},
                "retry": {"type": "integer", "description": "Milliseconds"},
            },
        }
    }
}


class Cursors:
    """An event's id as the browser gives it back: a position, and when it was sent (seconds since the epoch).

    The position is enciphered, by a keyed hash of a nonce: transactions and items are counted for the whole platform,
    and would tell one company how much happens at the others.
    """

    def __init__(self, settings: Settings) -> None:
        secret = settings.mail_private_key.get_secret_value().encode()
        self._key = hashlib.sha256(b"positions in the stream " + secret).digest()
        self._retention = settings.stream_retention

    def write(self, position: Position) -> str:
        nonce = secrets.token_bytes(NONCE)
        return f"{(nonce + self._turned(nonce, COUNTERS.pack(*position))).hex()}-{int(time.time())}"

    def read(self, value: str | None) -> Position | None:
        """Where to resume; None when the id is not ours, or so old that items after it may be gone."""
        sealed, _, sent = (value or "").partition("-")
        try:
            given, age = bytes.fromhex(sealed), time.time() - int(sent)
        except ValueError:
            return None
        fresh = 0 <= age + 60 < (self._retention - RETENTION_MARGIN).total_seconds()
        if len(given) != NONCE + COUNTERS.size or not fresh:
            return None
        position = Position(*COUNTERS.unpack(self._turned(given[:NONCE], given[NONCE:])))
        return position if min(position) >= 0 else None

    def _turned(self, nonce: bytes, counters: bytes) -> bytes:
        pad = hashlib.blake2b(nonce, key=self._key, digest_size=COUNTERS.size).digest()
        return bytes(one ^ other for one, other in zip(counters, pad, strict=True))

    def encode(self, item: Item) -> bytes:
        data = json.dumps(item.data, ensure_ascii=False, separators=(",", ":"))
        return f"id: {self.write(item.position)}\nevent: {item.event}\ndata: {data}\n\n".encode()


async def page(
    hub: Hub, principal: Principal, settings: Settings, last_event_id: str | None = None
) -> AsyncGenerator[bytes, None]:
    """What one open page is sent. Begins after ``last_event_id``; where that cannot be, ``reset`` tells the page to
    read afresh what it shows."""
    deadline, cursors = time.monotonic() + settings.stream_max_age, Cursors(settings)
    subscriber = await hub.join(principal)
    try:
        resume = cursors.read(last_event_id)
        if resume is None or not await hub.has_seen(resume):
            resume = subscriber.start
            yield _opening(cursors, subscriber, reset=last_event_id is not None)
        else:
            yield f"retry: {RETRY_MS}\n\n".encode()
            async with aclosing(hub.missed(subscriber, resume)) as missed:
                async for item in missed:
                    yield cursors.encode(item)
        async with aclosing(_live(hub, subscriber, settings, cursors, resume, deadline)) as live:
            async for chunk in live:
                yield chunk
    finally:
        hub.leave(subscriber)


def _opening(cursors: Cursors, subscriber: Subscriber, *, reset: bool) -> bytes:
    """An id at once, so that a page that loses its connection before the first event misses none either."""
    event = "event: reset\ndata: {}\n" if reset else ""
    return f"retry: {RETRY_MS}\nid: {cursors.write(subscriber.start)}\n{event}\n".encode()


async def _live(
    hub: Hub, subscriber: Subscriber, settings: Settings, cursors: Cursors, resume: Position, deadline: float
) -> AsyncGenerator[bytes, None]:
    while (left := deadline - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(min(settings.stream_heartbeat, left)):
                item = await subscriber.queue.get()
        except TimeoutError:
            yield _heartbeat(hub, subscriber, cursors, resume)
            continue
        if item is None:
            return
        # Another process, further ahead than this one, may have sent it before the page came here.
        if item.position > resume:
            yield cursors.encode(item)


def _heartbeat(hub: Hub, subscriber: Subscriber, cursors: Cursors, resume: Position) -> bytes:
    """Moves the page's id on as well, unless something for it came in meanwhile."""
    if not subscriber.queue.empty():
        return b": heartbeat\n\n"
    return f": heartbeat\nid: {cursors.write(max(hub.position, resume))}\n\n".encode()


class EventStream(StreamingResponse):
    """Sends chunks as they come and gives up on a reader that takes none for ``send_timeout`` seconds."""

    media_type = "text/event-stream"

    # ``status_code`` is where the OpenAPI document takes the route's status from.
    def __init__(self, content: AsyncGenerator[bytes, None], send_timeout: float, status_code: int = 200) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(content, status_code, headers)
        self._content = content
        self._send_timeout = send_timeout

    async def stream_response(self, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(self._send_timeout):
                await send(message)

        try:
            with suppress(TimeoutError):
                await self._stream(send_in_time)
        finally:
            # A reader that leaves during a send never resumes the generator: its end is ours to see to.
            await self._content.aclose()

    async def _stream(self, send: Send) -> None:
        await super().stream_response(send)
