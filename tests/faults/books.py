"""What was told, and which consumer has had it: the outboxes against the inboxes."""

from __future__ import annotations

import importlib
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

import psycopg
from tests.faults.rig import Rig

from api.upstreams import SERVICES
from chassis.service import Service

# Seconds that a row may take from its transaction's begin to its commit.
LATE = 120.0
TOLD = """
    SELECT id, type, extract(epoch FROM created_at)::float FROM outbox
    WHERE kind = 'event' AND created_at > to_timestamp(%s)
"""
TAKEN = (
    "SELECT consumer, event_id, extract(epoch FROM received_at)::float FROM inbox WHERE received_at > to_timestamp(%s)"
)
WAITING = """
    SELECT count(*) FROM outbox WHERE sent_at IS NULL AND due_at <= now() - interval '1 second'
"""


@cache
def services() -> dict[str, Service]:
    """All of them, wired and not started."""
    return {name: _built(name) for name in SERVICES}


@cache
def takers() -> dict[str, list[str]]:
    """The consumers of each type of event."""
    found: dict[str, list[str]] = defaultdict(list)
    for service in services().values():
        for consumer in service.consumers:
            for type_ in consumer.handlers:
                found[type_].append(consumer.name)
    return dict(found)


@dataclass
class Books:
    """``told`` is when by event and consumer, of the event's transaction; ``taken`` the same of the consumer's."""

    rig: Rig
    told: dict[tuple[str, UUID], float] = field(default_factory=dict)
    taken: dict[tuple[str, UUID], float] = field(default_factory=dict)
    _read_at: float = 0.0

    async def read(self) -> None:
        since, self._read_at = max(0.0, self._read_at - LATE), time.time()
        for service in SERVICES:
            for identifier, type_, at in await self.rig.query(service, TOLD, (since,)):
                self.told.update({(consumer, identifier): at for consumer in takers().get(type_, ())})
            for consumer, identifier, at in await self.rig.query(service, TAKEN, (since,)):
                self.taken[consumer, identifier] = at

    async def is_even(self, older_than: float) -> bool:
        """Whether each consumer has had what was told before so many seconds, and no outbox holds any of it."""
        try:
            await self.read()
            waiting = [(await self.rig.query(service, WAITING))[0][0] for service in SERVICES]
        except psycopg.OperationalError:
            return False
        return not any(waiting) and not self.missing(time.time() - older_than)

    def missing(self, until: float) -> list[tuple[str, UUID]]:
        return [pair for pair, at in self.told.items() if at <= until and pair not in self.taken]

    def lags(self, begin: float, end: float) -> list[float]:
        """Seconds from the begin of the writing transaction to that of the consumer's, sorted, of what was told
        between these moments."""
        found = [self.taken[pair] - at for pair, at in self.told.items() if begin <= at <= end and pair in self.taken]
        return sorted(found)


def _built(name: str) -> Service:
    settings = importlib.import_module(f"{name}.settings").Settings(environment="test")
    service: Service = importlib.import_module(f"{name}.bootstrap").build(settings)
    return service
