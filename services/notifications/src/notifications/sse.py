"""Server-sent events on the wire: ids that resume, heartbeats, an end in time, and no wait for a stalled reader."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import timedelta

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from chassis.auth.principal import Principal
from notifications.settings import Settings
from notifications.stream import Hub, Item, Position, Subscriber

RETRY_MS = 2000
# Items are dated by the start of their transaction: an id so close to the retention may have lost one.
RETENTION_MARGIN = timedelta(minutes=5)


class Cursor:
    """An event's id as the browser gives it back: a position, and when it was sent (seconds since the epoch)."""

    @staticmethod
    def write(position: Position) -> str:
        return f"{position.xid}-{position.id}-{int(time.time())}"

    @staticmethod
    def read(value: str | None, retention: timedelta) -> Position | None:
        """Where to resume; None when the id is not ours, or so old that items after it may be gone."""
        try:
            xid, identifier, sent = (int(part) for part in (value or "").split("-"))
        except ValueError:
            return None
        fresh = 0 <= time.time() - sent + 60 < (retention - RETENTION_MARGIN).total_seconds()
        known = 0 <= xid < 2**63 and 0 <= identifier < 2**63
        return Position(xid, identifier) if fresh and known else None


def encode(item: Item) -> bytes:
    data = json.dumps(item.data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {Cursor.write(item.position)}\nevent: {item.event}\ndata: {data}\n\n".encode()


async def page(
    hub: Hub, principal: Principal, settings: Settings, last_event_id: str | None = None
) -> AsyncGenerator[bytes, None]:
    """What one open page is sent. Begins after ``last_event_id``; where that cannot be, ``reset`` tells the page to
    read afresh what it shows."""
    deadline = time.monotonic() + settings.stream_max_age
    subscriber = await hub.join(principal)
    try:
        resume = Cursor.read(last_event_id, settings.stream_retention)
        if resume is None or not await hub.has_seen(resume):
            resume = subscriber.start
            yield _opening(subscriber, reset=last_event_id is not None)
        else:
            yield f"retry: {RETRY_MS}\n\n".encode()
            async with aclosing(hub.missed(subscriber, resume)) as missed:
                async for item in missed:
                    yield encode(item)
        async with aclosing(_live(hub, subscriber, settings, resume, deadline)) as live:
            async for chunk in live:
                yield chunk
    finally:
        hub.leave(subscriber)


def _opening(subscriber: Subscriber, *, reset: bool) -> bytes:
    """An id at once, so that a page that loses its connection before the first event misses none either."""
    event = "event: reset\ndata: {}\n" if reset else ""
    return f"retry: {RETRY_MS}\nid: {Cursor.write(subscriber.start)}\n{event}\n".encode()


async def _live(
    hub: Hub, subscriber: Subscriber, settings: Settings, resume: Position, deadline: float
) -> AsyncGenerator[bytes, None]:
    while (left := deadline - time.monotonic()) > 0:
        try:
            item = await asyncio.wait_for(subscriber.queue.get(), min(settings.stream_heartbeat, left))
        except TimeoutError:
            yield _heartbeat(hub, subscriber, resume)
            continue
        if item is None:
            return
        # Another process, further ahead than this one, may have sent it before the page came here.
        if item.position > resume:
            yield encode(item)


def _heartbeat(hub: Hub, subscriber: Subscriber, resume: Position) -> bytes:
    """Moves the page's id on as well, unless something for it came in meanwhile."""
    if not subscriber.queue.empty():
        return b": heartbeat\n\n"
    return f": heartbeat\nid: {Cursor.write(max(hub.position, resume))}\n\n".encode()


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
