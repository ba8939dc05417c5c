"""From outbox rows to RabbitMQ: events to the service's exchange, jobs to the service's Celery queue."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Sequence

from celery import Celery

from chassis.failpoints import crash_point
from chassis.job_registry import JobCall, JobRegistry
from chassis.messaging.amqp import Channel, Connection, Message
from chassis.messaging.celery_messages import celery_message
from chassis.messaging.publisher import BrokerUnavailable, Row
from chassis.messaging.topology import exchange_of
from chassis.settings import ServiceSettings


class ReopeningChannel:
    """A confirming channel that is opened when first needed and again after it was lost."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: Connection | None = None
        self._channel: Channel | None = None

    async def channel(self) -> Channel:
        if self._channel is None or self._channel.closed.done():
            await self.drop()
            self._connection = await Connection.open(self._url, self._name)
            self._channel = await self._connection.channel(confirm=True)
        return self._channel

    async def drop(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        self._connection = self._channel = None


class AmqpPublisher:
    """Publishes a batch as one window and waits for every confirm, ``confirm_timeout`` seconds at most."""

    def __init__(self, settings: ServiceSettings, jobs: JobRegistry, celery: Celery) -> None:
        self._events = ReopeningChannel(settings.events_url.get_secret_value(), f"{settings.name} relay")
        self._jobs = ReopeningChannel(settings.jobs_url.get_secret_value(), f"{settings.name} relay, jobs")
        self._exchange = exchange_of(settings.name)
        self._registry = jobs
        self._celery = celery
        self._timeout = settings.confirm_timeout

    async def publish(self, rows: Sequence[Row]) -> list[str | None]:
        channels = {kind: await link.channel() for kind, link in self._links(rows)}
        try:
            window = [self._send(channels[row.kind], row) for row in rows]
            crash_point("relay.after_publish")
            async with asyncio.timeout(self._timeout):
                return await asyncio.gather(*window)
        except TimeoutError as error:
            await self.close()
            raise BrokerUnavailable("no confirm") from error
        except BrokerUnavailable:
            await self.close()
            raise

    def _links(self, rows: Sequence[Row]) -> list[tuple[str, ReopeningChannel]]:
        kinds = {row.kind for row in rows}
        return [(kind, link) for kind, link in (("event", self._events), ("job", self._jobs)) if kind in kinds]

    def _send(self, channel: Channel, row: Row) -> Awaitable[str | None]:
        try:
            message = self._message(row)
        except KeyError:
            # Another release enqueued a job that this one does not know. Its row waits without blocking others.
            refused: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
            refused.set_result(f"{self._registry.service} has no job {row.type}")
            return refused
        return channel.publish(message)

    def _message(self, row: Row) -> Message:
        if row.kind == "event":
            body = json.dumps(row.payload, ensure_ascii=False, separators=(",", ":")).encode()
            return Message(
                self._exchange,
                row.type,
                body,
                message_id=str(row.id),
                content_type="application/cloudevents+json",
                type=row.type,
            )
        job, _ = self._registry[row.type]
        headers, body = celery_message(self._celery, job, JobCall.of(row.id, row.type, row.payload))
        return Message(
            "", self._registry.queue, body, message_id=str(row.id), correlation_id=str(row.id), headers=headers
        )

    async def close(self) -> None:
        await self._events.drop()
        await self._jobs.drop()
