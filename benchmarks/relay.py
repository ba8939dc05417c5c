"""The relay from PostgreSQL to a quorum queue, against bare windowed pika publishing the same bytes to it."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from benchmarks.pairs import compare
from benchmarks.report import Figure
from chassis import migrate
from chassis.messaging.amqp import Channel, Connection, Message
from chassis.messaging.relay import BATCH
from chassis.messaging.runner import declare
from chassis.messaging.topology import exchange_of, shared_exchanges
from chassis.processes import make_relay
from chassis.service import Service
from chassis.settings import RETRY_LADDER
from contracts import bootstrap
from contracts.consumers import consumers
from contracts.settings import Settings
from devkit.harness import settings_for
from devkit.servers.postgres import Postgres
from devkit.servers.targets import RabbitMQTarget, open_rabbitmq
from events.identity import OrganisationChanged

EVENTS = int(os.environ.get("BENCH_EVENTS", "10000"))
AGGREGATES = 50
CONSUMERS = consumers()
QUEUE = CONSUMERS[0].name

FIGURE = Figure("Relay, outbox to confirmed by a quorum queue, in order", "windowed pika", 0.6)

FILL = text("""
    INSERT INTO outbox (id, kind, type, aggregate, payload)
    SELECT gen_random_uuid(), 'event', :type, 'organisation:' || i % :aggregates, cast(:payload AS jsonb)
    FROM generate_series(1, :events) AS i
""")


async def main() -> None:
    with ExitStack() as stack:
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sqp-bench-")))
        os.chmod(room, 0o755)  # noqa: PTH101 - a mode, not a path operation that blocks
        server = stack.enter_context(Postgres(room / "postgres", durable=True))
        rabbitmq = await asyncio.to_thread(open_rabbitmq, stack, room / "rabbitmq")
        databases = server.provision("contracts", owner_password="owner", app_password="app")
        url = rabbitmq.create_vhost("bench")
        settings = settings_for(Settings, databases, events_url=url, jobs_url=url)
        service = bootstrap.build(settings)
        migrate.upgrade(settings, service.migrations, service.metadata)
        await measure(service, rabbitmq, url)


async def measure(service: Service, rabbitmq: RabbitMQTarget, url: str) -> None:
    connection = await Connection.open(url, "bench")
    channel = await connection.channel(confirm=True)
    await declared(connection, channel)

    async def emptied() -> None:
        await asyncio.to_thread(rabbitmq.management.call, "DELETE", f"queues/bench/{QUEUE}/contents")

    async def ours() -> float:
        await emptied()
        return await relayed(service)

    async def bare() -> float:
        await emptied()
        return await published(channel)

    print(f"{EVENTS:,} events of {len(body())} bytes over {AGGREGATES} aggregates, window {BATCH}", flush=True)
    await compare(FIGURE, "events/s", ours, bare)
    await connection.close()
    await service.database.close()


async def declared(connection: Connection, channel: Channel) -> None:
    """The topology of contracts, plus a queue that receives the events published here."""
    await declare(connection, "contracts", CONSUMERS, RETRY_LADDER)
    await channel.declare_exchange(
        replace(shared_exchanges(["contracts"])[-1], bindings=((exchange_of("contracts"), "#"),))
    )


def body() -> bytes:
    organisation = uuid4()
    event = OrganisationChanged(
        version=1,
        organisation_id=organisation,
        kind="client",
        code="CLI-0001",
        name="Client Test",
        email="c@sqp.example",
    )
    envelope = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/identity",
        "type": event.type,
        "subject": str(organisation),
        "time": "2026-11-24T08:00:00Z",
        "data": event.model_dump(mode="json"),
    }
    return json.dumps(envelope, separators=(",", ":")).encode()


async def relayed(service: Service) -> float:
    """Rows a second from full outbox to every row marked."""
    values = {
        "type": OrganisationChanged.type,
        "aggregates": AGGREGATES,
        "payload": body().decode(),
        "events": EVENTS,
    }
    async with service.database.transaction() as session:
        await session.execute(text("DELETE FROM outbox"))
        await session.execute(FILL, values)
    relay = make_relay(service)
    started = time.perf_counter()
    while await relay.round():
        pass
    return EVENTS / (time.perf_counter() - started)


async def published(channel: Channel) -> float:
    """The same number of the same bytes, a window of unconfirmed messages at a time."""
    content = body()
    started = time.perf_counter()
    for first in range(0, EVENTS, BATCH):
        window = [
            channel.publish(Message(exchange_of("contracts"), OrganisationChanged.type, content, str(first + index)))
            for index in range(min(BATCH, EVENTS - first))
        ]
        await asyncio.gather(*window)
    return EVENTS / (time.perf_counter() - started)
