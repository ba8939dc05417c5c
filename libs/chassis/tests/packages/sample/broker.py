"""The sample on a real RabbitMQ: its settings, its processes, and a queue that sees every event."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from chassis.database import Database
from chassis.messaging import outbox
from chassis.messaging.amqp import Channel, Connection, Delivery, Message
from chassis.messaging.topology import EVENTS_EXCHANGE, QUORUM, Queue, retry_exchange
from sample.settings import Settings
from sample.told import NoteWritten

LADDER = (timedelta(milliseconds=150), timedelta(milliseconds=300))
OBSERVER = "observer"
SAMPLE = (sys.executable, "-m", "sample")


def on_broker(settings: Settings, url: str, **changes: Any) -> Settings:
    """``settings`` with events and jobs in the vhost of ``url``, and a quick ladder."""
    secret = type(settings.events_url)(url)
    common = {"events_url": secret, "jobs_url": secret, "retry_ladder": LADDER, "confirm_timeout": 3.0}
    return settings.model_copy(update={**common, **changes})


@dataclass
class Log:
    """What a process wrote since the test began."""

    path: Path
    start: int = 0

    def since(self) -> str:
        return self.path.read_text()[self.start :]

    def begin(self) -> None:
        self.start = len(self.path.read_text())


@contextmanager
def process(
    verb: str, settings: Settings, log: Path, command: Sequence[str] = SAMPLE, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m sample <verb>``, killed at the end when it still runs; it writes to ``log``."""
    with log.open("ab") as output:
        env = {**os.environ, **_environment(settings), **environment}
        running = subprocess.Popen(
            [*command, *verb.split()], env=env, stdout=output, stderr=output, start_new_session=True
        )
        try:
            yield running
        finally:
            if running.poll() is None:
                os.killpg(running.pid, 9)
            running.wait()


def _environment(settings: Settings) -> dict[str, str]:
    names = ("events_url", "jobs_url", "database_url", "database_owner_url")
    secrets = {f"SAMPLE_{name.upper()}": getattr(settings, name).get_secret_value() for name in names}
    plain = {
        "SAMPLE_RETRY_LADDER": json.dumps([step.total_seconds() for step in settings.retry_ladder]),
        "SAMPLE_CONFIRM_TIMEOUT": str(settings.confirm_timeout),
        "SAMPLE_DATABASE_APP_ROLE": settings.database_app_role,
        "SAMPLE_ENVIRONMENT": "test",
    }
    return {**secrets, **plain}


async def tell(database: Database, note: str, version: int, text: str = "") -> None:
    async with database.transaction() as session:
        outbox.add(session, NoteWritten(version=version, note=note, text=text))


@asynccontextmanager
async def channel(settings: Settings, *, confirm: bool = False) -> AsyncIterator[Channel]:
    connection = await Connection.open(settings.events_url.get_secret_value(), "test")
    try:
        yield await connection.channel(confirm=confirm)
    finally:
        await connection.close()


async def operate(settings: Settings, method: str, *arguments: Any, **named: Any) -> None:
    """One operation that services never ask for: deleting a queue, binding another's."""
    async with channel(settings) as opened:
        await opened._ask(partial(getattr(opened._raw, method), *arguments, **named))


async def observe(settings: Settings, exchange: str = EVENTS_EXCHANGE) -> None:
    """From now on a queue keeps a copy of every event."""
    async with channel(settings) as opened:
        await opened.declare_queue(Queue(OBSERVER, dict(QUORUM), ((exchange, "#"),)))


async def take(settings: Settings, queue: str = OBSERVER) -> list[Delivery]:
    """Empties ``queue``."""
    taken: list[Delivery] = []
    async with channel(settings) as opened:
        while (delivery := await opened.get(queue)) is not None:
            opened.ack(delivery)
            taken.append(delivery)
    return taken


async def consumed_by(settings: Settings, queue: str, expected: int) -> bool:
    """Whether so many consumers read the queue."""
    async with channel(settings) as opened:
        frame = await opened._ask(partial(opened._raw.queue_declare, queue, passive=True))
    return bool(frame.method.consumer_count == expected)


async def waiting(settings: Settings, queue: str) -> int:
    async with channel(settings) as opened:
        return await opened.message_count(queue)


async def put(
    settings: Settings, queue: str, body: bytes, *, exchange: str = retry_exchange("sample"), **properties: Any
) -> None:
    """By the exchange of the service's own; the jobs' queue is reached by the default one, ''."""
    async with channel(settings, confirm=True) as opened:
        message = Message(exchange, queue, body, **{"message_id": "made-by-hand", **properties})
        assert await opened.publish(message) is None


def versions(deliveries: list[Delivery], note: str) -> list[int]:
    """The versions of ``note`` in the order in which they came, each at its first coming."""
    events = [json.loads(delivery.body) for delivery in deliveries]
    found = [event["aggregateversion"] for event in events if event["subject"] == note]
    return list(dict.fromkeys(found))
