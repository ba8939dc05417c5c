"""The live stream inside one API process: one poller reads new items, and hands each to the open pages it is for.

Items are rows that consumers wrote in their own transactions. The poller reads only while a page is connected. A page
that reads too slowly is disconnected; it reconnects and resumes after the last item that it received.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Database
from chassis.sql import AnyRow
from notifications import queries
from notifications.access import ADMINISTRATORS, audiences_of
from notifications.places import Places
from notifications.settings import Settings
from web.auth.principal import Principal

log = logging.getLogger(__name__)

BATCH = 500
AWAY_PAUSE = 1.0
TOUCHED = "stream_touched"


class Position(NamedTuple):
    """A place in the stream: the transaction that wrote the item, and the item."""

    xid: int
    id: int


@dataclass(frozen=True)
class Item:
    position: Position
    event: str
    data: dict[str, Any]


@dataclass(eq=False)
class Subscriber:
    """One open page. ``queue`` ends with None; ``start`` is where the live part begins for it."""

    user_id: UUID
    session_id: UUID | None
    keys: frozenset[str]
    start: Position
    queue: asyncio.Queue[Item | None]
    over: bool = field(default=False)

    @property
    def is_administrators(self) -> bool:
        return any(key.startswith(ADMINISTRATORS) for key in self.keys)

    def offer(self, item: Item) -> None:
        """Queues the item, or cuts a page that lags behind a full queue."""
        if self.over:
            return
        if self.queue.full():
            self.end()
        else:
            self.queue.put_nowait(item)

    def end(self) -> None:
        """What is still queued is dropped: it was never sent, so the resumed stream begins with it."""
        self.over = True
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self.places = Places(settings.streams_per_user)
        self._subscribers: set[Subscriber] = set()
        self._position = Position(0, 0)
        # Held over a round, and while the first page sets the position anew.
        self._lock = asyncio.Lock()
        self._listened = asyncio.Event()
        self._nudge = asyncio.Event()
        self._rechecked = 0.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The poller runs inside; a commit in this process nudges it."""
        loop = asyncio.get_running_loop()

        def on_commit(session: Any) -> None:
            if session.info.pop(TOUCHED, False):
                loop.call_soon_threadsafe(self._nudge.set)

        self._database.after_commit.append(on_commit)
        poller = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            self._database.after_commit.remove(on_commit)
            for subscriber in list(self._subscribers):
                subscriber.end()
            poller.cancel()
            with suppress(asyncio.CancelledError):
                await poller

    async def join(self, principal: Principal) -> Subscriber:
        """Opens a page's subscription: from its ``start`` on, everything that is for it comes through its queue."""
        assert principal.user_id is not None
        async with self._lock:
            if not self._subscribers:
                async with self._database.reader() as reader:
                    self._position = Position(await queries.horizon(reader), 0)
            queue: asyncio.Queue[Item | None] = asyncio.Queue(self._settings.stream_queue)
            subscriber = Subscriber(
                principal.user_id, principal.session_id, audiences_of(principal), self._position, queue
            )
            self._subscribers.add(subscriber)
            self._listened.set()
            return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        self._subscribers.discard(subscriber)
        if not self._subscribers:
            self._listened.clear()

    def open_pages(self, user_id: UUID) -> int:
        return sum(subscriber.user_id == user_id for subscriber in self._subscribers)

    @property
    def position(self) -> Position:
        """Everything up to here has been handed to those it is for."""
        return self._position

    async def missed(self, subscriber: Subscriber, after: Position) -> AsyncGenerator[Item, None]:
        """What the page has not seen, from after its last item to where its live part begins."""
        while True:
            async with self._database.reader() as reader:
                rows = await queries.stream_items(reader, after, BATCH, until=subscriber.start, keys=subscriber.keys)
                items = await _items(reader, rows, {subscriber.user_id})
            for item in items:
                yield item
            if len(items) < BATCH:
                return
            after = items[-1].position

    async def has_seen(self, position: Position) -> bool:
        """Whether the place lies in this database's past; a restored or another database's ids may not."""
        if position <= self._position:
            return True
        async with self._database.reader() as reader:
            return position.xid <= await queries.horizon(reader)

    async def round(self) -> int:
        """Reads one batch and hands it out; how many items it had."""
        async with self._lock:
            if not self._subscribers:
                return 0
            async with self._database.reader() as reader:
                rows = await queries.stream_items(reader, self._position, BATCH)
                items = await _items(reader, rows, {subscriber.user_id for subscriber in self._subscribers})
            for row, item in zip(rows, items, strict=True):
                self._hand_out(frozenset(row.audience), item)
                self._position = item.position
            return len(items)

    def _hand_out(self, audience: frozenset[str], item: Item) -> None:
        for subscriber in self._subscribers:
            if subscriber.keys & audience:
                subscriber.offer(item)

    async def _poll(self) -> None:
        while True:
            await self._listened.wait()
            self._nudge.clear()
            try:
                found = await self.round()
                await self._recheck()
            except Exception as error:
                # Whatever it was, pages stay open and wait: a poller that died would leave them silent for good.
                log.warning("the stream waits: %s", type(error).__name__, exc_info=error)
                await asyncio.sleep(AWAY_PAUSE)
                continue
            if found < BATCH:
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._settings.stream_poll):
                await self._nudge.wait()
        except TimeoutError:
            return

    async def _recheck(self) -> None:
        """Ends the pages of people who have lost their access, or are administrators no more, and of sessions that were
        ended, since they opened."""
        if time.monotonic() - self._rechecked < self._settings.stream_recheck:
            return
        self._rechecked = time.monotonic()
        users = {subscriber.user_id for subscriber in self._subscribers}
        async with self._database.reader() as reader:
            shut_out = await queries.shut_out(reader, users)
            closed = await queries.closed_among(reader, [s.session_id for s in self._subscribers if s.session_id])
            basic = await queries.basic_among(reader, [s.user_id for s in self._subscribers if s.is_administrators])
        for subscriber in self._subscribers:
            is_demoted = subscriber.is_administrators and subscriber.user_id in basic
            if subscriber.user_id in shut_out or subscriber.session_id in closed or is_demoted:
                subscriber.end()


async def _items(reader: AsyncConnection, rows: Sequence[AnyRow], listening: set[UUID]) -> list[Item]:
    """The rows as items; those of a person's own carry the count of unread as it is now."""
    owners = {
        row.id: UUID(row.audience[0].removeprefix("user:")) for row in rows if row.audience[0].startswith("user:")
    }
    wanted = set(owners.values()) & listening
    counts = await queries.unread_counts(reader, wanted) if wanted else {}
    return [
        Item(
            Position(row.xid, row.id),
            row.event,
            row.data | ({"unread_count": counts.get(owners[row.id], 0)} if row.id in owners else {}),
        )
        for row in rows
    ]
