"""One consumer acknowledges each message of a quorum queue and does nothing else: the upper limit of any consumer."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.pairs import show
from benchmarks.relay import EVENTS, QUEUE, body, declared, published
from chassis.messaging.amqp import Connection, Delivery
from devkit.servers.targets import open_rabbitmq

PREFETCH = 50
RUNS = 5


async def main() -> None:
    with ExitStack() as stack:
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sqp-bench-")))
        rabbitmq = await asyncio.to_thread(open_rabbitmq, stack, room / "rabbitmq")
        connection = await Connection.open(rabbitmq.create_vhost("bench"), "bench")
        channel = await connection.channel(confirm=True)
        await declared(connection, channel)
        print(f"{EVENTS:,} events of {len(body())} bytes, prefetch {PREFETCH}", flush=True)
        rates = []
        # One uncounted run warms up.
        for _ in range(RUNS + 1):
            await published(channel)
            rates.append(await emptied(connection))
        show("consumed  events/s", rates[1:])
        await connection.close()


async def emptied(connection: Connection) -> float:
    """Messages a second from the subscription to the last acknowledgement."""
    channel = await connection.channel()
    tags: list[int] = []
    done = asyncio.Event()

    def received(delivery: Delivery) -> None:
        channel.ack(delivery)
        tags.append(delivery.tag)
        if len(tags) == EVENTS:
            done.set()

    started = time.perf_counter()
    await channel.consume(QUEUE, PREFETCH, received)
    await done.wait()
    seconds = time.perf_counter() - started
    channel.close()
    return EVENTS / seconds
