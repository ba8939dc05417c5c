"""A consumer: a named queue, the events it takes, and what each does, exactly once in effect."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database, telling_absence
from chassis.failpoints import crash_point
from chassis.messaging import inbox
from chassis.messaging.topology import is_from_publisher
from chassis.retry_policy import Forged, NotYet, PermanentFailure
from events import Envelope, Event
from web.observability import continue_trace, traceparent

E = TypeVar("E", bound=Event)
Handler = Callable[[AsyncSession, Any], Awaitable[None]]

ENVELOPE = "envelope"
# Seconds until an event that waits for another is tried again, and how many of a consumer wait so.
SOON = (0.2, 1.0)
MOST_WAITING = 5


def envelope_of(session: AsyncSession) -> Envelope:
    """The envelope of the event that this transaction handles: its id, its time."""
    envelope: Envelope = session.info[ENVELOPE]
    return envelope


class Consumer:
    """``name`` is the queue's, ``<service>.<purpose>``, and the first half of the inbox key. Handlers get
    ``(session, event)`` inside the transaction that also holds the inbox row."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.handlers: dict[str, tuple[type[Event], Handler]] = {}
        self._waiting = 0

    def on(self, *models: type[E]) -> Callable[[Callable[[AsyncSession, E], Awaitable[None]]], Handler]:
        """Registers one handler for one or several events."""

        def register(handler: Callable[[AsyncSession, E], Awaitable[None]]) -> Handler:
            for model in models:
                if model.type in self.handlers:
                    raise ValueError(f"{self.name} handles {model.type} twice")
                self.handlers[model.type] = (model, handler)
            return handler

        return register

    async def take(self, database: Database, body: bytes, exchange: str) -> bool:
        """As :meth:`process`. What waits for another event is tried again soon, before the ladder's first seconds: the
        other event is mostly on its way. Of a backlog most go to the ladder, so that they hold up no others."""
        for pause in SOON:
            try:
                return await self.process(database, body, exchange)
            except NotYet:
                if self._waiting >= MOST_WAITING:
                    raise
            self._waiting += 1
            try:
                await asyncio.sleep(pause)
            finally:
                self._waiting -= 1
        return await self.process(database, body, exchange)

    async def process(self, database: Database, body: bytes, exchange: str) -> bool:
        """Applies one delivery, which came by ``exchange``; False when it was a duplicate.

        Raises PermanentFailure, Forged, DatabaseAway, or whatever the handler raised (transient; NotYet when it is
        expected).
        """
        envelope, event, handler = self._decode(body)
        if not is_from_publisher(envelope.type, exchange, self.name):
            raise Forged(f"{envelope.type} came by {exchange or 'the default exchange'}")
        traceparent.set(continue_trace(envelope.traceparent))
        crash_point("consumer.before_inbox")
        with telling_absence():
            fresh = await self._apply(database, envelope, event, handler)
        crash_point("consumer.after_commit")
        return fresh

    async def _apply(self, database: Database, envelope: Envelope, event: Event, handler: Handler) -> bool:
        async with database.background, database.transaction() as session:
            if not await inbox.record(session, self.name, envelope.id):
                return False
            crash_point("consumer.after_inbox")
            session.info[ENVELOPE] = envelope
            await handler(session, event)
            return True

    def _decode(self, body: bytes) -> tuple[Envelope, Event, Handler]:
        try:
            envelope = Envelope.model_validate_json(body)
            model, handler = self.handlers[envelope.type]
            return envelope, model.model_validate(envelope.data), handler
        except (ValidationError, KeyError) as error:
            raise PermanentFailure(f"cannot decode: {error}") from error
