"""Runs consumers against RabbitMQ: handle, then acknowledge; retry by the ladder; dead letters at the end of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from chassis.database import Database
from chassis.messaging.amqp import Channel, Connection, Delivery, Message, NotThere
from chassis.messaging.consumer import Consumer
from chassis.messaging.publisher import BrokerUnavailable
from chassis.messaging.topology import (
    ATTEMPTS_HEADER,
    ERROR_HEADER,
    EVENTS_EXCHANGE,
    attempts_of,
    dead_queue,
    exchange_of,
    own_exchange,
    queues,
    retry_exchange,
    retry_queue,
    service_of,
    shared_exchanges,
    unrouted,
)
from chassis.retry_policy import Pause, RetryAfter, ToDeadLetters, decide, log_decision, reason
from chassis.settings import ServiceSettings
from web.observability import Metrics

log = logging.getLogger(__name__)

RECONNECT_PAUSE = 0.5
# A broker that says nothing must not hold up a stop; closing the connection ends the subscription as well.
CANCEL_TIMEOUT = 2.0


async def declare(
    connection: Connection, service: str, consumers: Sequence[Consumer], ladder: Sequence[timedelta]
) -> None:
    """Declares all exchanges and queues of a service; idempotent."""
    if not await _shared_is_there(connection, service):
        await _declare_shared(connection, service)
    channel = await connection.channel()
    await channel.declare_exchange(own_exchange(service))
    for queue in (q for c in consumers for q in queues(c.name, list(c.handlers), ladder)):
        await channel.declare_queue(queue)
    channel.close()


async def _shared_is_there(connection: Connection, service: str) -> bool:
    channel = await connection.channel()
    try:
        for name in (exchange_of(service), EVENTS_EXCHANGE):
            await channel.find_exchange(name)
    except NotThere:
        return False
    channel.close()
    return True


async def _declare_shared(connection: Connection, service: str) -> None:
    """Declares the shared exchanges if they are missing. In production an administrator creates them
    (chassis.messaging.definitions); on a developer's broker or in a test's vhost the service has the right to."""
    channel = await connection.channel()
    for exchange in shared_exchanges([service]):
        await channel.declare_exchange(exchange)
    await channel.declare_queue(unrouted())
    channel.close()


class ConsumerRunner:
    """One consumer's subscription. Reconnects for ever; stops consuming while the database is away."""

    def __init__(self, consumer: Consumer, database: Database, settings: ServiceSettings, metrics: Metrics) -> None:
        self._consumer = consumer
        self._database = database
        self._settings = settings
        self._metrics = metrics
        self._under_way: set[asyncio.Task[None]] = set()
        self._database_away = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Until cancelled, and then until what was begun has ended."""
        self._stopping = False
        while True:
            try:
                await self._subscribe_once()
            except BrokerUnavailable as error:
                log.warning("%s waits for the broker: %s", self._consumer.name, error)
            if self._database_away.is_set():
                await self._database_back()
            else:
                await asyncio.sleep(RECONNECT_PAUSE)

    async def _subscribe_once(self) -> None:
        """Consumes until the connection or the database is lost.

        It then closes the connection: the broker requeues all unacknowledged deliveries once. Requeueing each delivery
        would make the broker deliver it again at once, in a loop, while the database is away.
        """
        connection = await Connection.open(self._settings.events_url.get_secret_value(), self._consumer.name)
        try:
            channel = await connection.channel()
            outgoing = await connection.channel(confirm=True)
            await declare(connection, service_of(self._consumer.name), [self._consumer], self._settings.retry_ladder)
            tag = await channel.consume(
                self._consumer.name, self._settings.prefetch, lambda delivery: self._start(channel, outgoing, delivery)
            )
            await self._until_interrupted(channel, tag)
        finally:
            try:
                await self._settle()
            finally:
                await connection.close()

    async def _until_interrupted(self, channel: Channel, tag: str) -> None:
        away = asyncio.ensure_future(self._database_away.wait())
        either: set[asyncio.Future[Any]] = {away, channel.closed}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._stopping = True
            with suppress(BrokerUnavailable, TimeoutError):
                async with asyncio.timeout(CANCEL_TIMEOUT):
                    await channel.cancel(tag)
            raise
        finally:
            away.cancel()

    async def _database_back(self) -> None:
        log.warning("%s waits for the database", self._consumer.name)
        await self._database.wait()
        self._database_away.clear()

    async def _settle(self) -> None:
        """Waits for the deliveries under way, so that a stop causes few redeliveries."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._settings.statement_timeout)

    def _start(self, channel: Channel, outgoing: Channel, delivery: Delivery) -> None:
        if self._database_away.is_set() or self._stopping:
            return
        task = asyncio.create_task(self._handle(channel, outgoing, delivery))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _handle(self, channel: Channel, outgoing: Channel, delivery: Delivery) -> None:
        try:
            outcome = await self._apply(outgoing, delivery)
            if outcome == Pause.outcome:
                self._database_away.set()
            else:
                channel.ack(delivery)
        except BrokerUnavailable:
            # Neither retried nor acknowledged: the broker will deliver it again.
            outcome = "broker_away"
            channel.close()
        self._metrics.consumed.labels(self._consumer.name, outcome).inc()

    async def _apply(self, outgoing: Channel, delivery: Delivery) -> str:
        try:
            fresh = await self._consumer.take(self._database, delivery.body, delivery.exchange)
        except Exception as error:
            return await self._fail(outgoing, delivery, error)
        return "applied" if fresh else "duplicate"

    async def _fail(self, outgoing: Channel, delivery: Delivery, error: Exception) -> str:
        attempts = attempts_of(delivery.headers)
        decision = decide(error, attempts, self._settings.retry_ladder)
        log_decision(log, self._consumer.name, delivery.message_id, error, decision)
        match decision:
            case RetryAfter(delay):
                await self._pass_on(outgoing, delivery, retry_queue(self._consumer.name, delay), attempts + 1, error)
            case ToDeadLetters():
                await self._pass_on(outgoing, delivery, dead_queue(self._consumer.name), attempts, error)
        return decision.outcome

    async def _pass_on(
        self, outgoing: Channel, delivery: Delivery, queue: str, attempts: int, error: Exception
    ) -> None:
        """Publishes a copy and waits for its confirm: only then may the original be acknowledged."""
        headers = {ATTEMPTS_HEADER: attempts, ERROR_HEADER: reason(error)}
        exchange = retry_exchange(service_of(self._consumer.name))
        message = Message(exchange, queue, delivery.body, message_id=delivery.message_id, headers=headers)
        try:
            async with asyncio.timeout(self._settings.confirm_timeout):
                refused = await outgoing.publish(message)
        except TimeoutError as timeout:
            raise BrokerUnavailable("no confirm") from timeout
        if refused:
            raise BrokerUnavailable(refused)
