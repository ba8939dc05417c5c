"""The relay against real deaths: its own in mid-window, the broker's, and a broker that is there and says nothing."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sample.bootstrap import build
from sample.broker import observe, on_broker, process, take, tell, versions
from sample.settings import Settings
from sample.testing import effects, eventually, running, scalar
from sample.told import NoteWritten

from chassis import processes
from chassis.messaging import outbox
from chassis.messaging.publisher import BrokerUnavailable
from chassis.messaging.runner import ConsumerRunner
from chassis.processes import make_relay
from chassis.service import Service
from devkit.servers.targets import OwnBroker, RabbitMQTarget

pytestmark = pytest.mark.rabbitmq

NOTES = "abcde"
PENDING = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"


async def tell_many(service: Service, first: int, last: int) -> None:
    for version in range(first, last + 1):
        async with service.database.transaction() as session:
            for note in NOTES:
                outbox.add(session, NoteWritten(version=version, note=note))


async def drained(service: Service) -> bool:
    return bool(await scalar(service.database, PENDING) == 0)


@pytest.mark.parametrize("point", ["relay.after_publish:2", "relay.after_confirm:2"])
async def test_a_leader_killed_in_mid_window_loses_nothing_and_the_standby_keeps_the_order(
    service: Service, settings: Settings, tmp_path: Path, point: str
) -> None:
    await observe(settings)
    with ExitStack() as stack:
        leader = stack.enter_context(process("events", settings, tmp_path / "leader", CRASH_POINT=point))
        await tell_many(service, 1, 1)
        await eventually(lambda: drained(service))  # the leader's first window
        stack.enter_context(process("events", settings, tmp_path / "standby"))
        await tell_many(service, 2, 120)
        assert await eventually(leader.poll) == -signal.SIGKILL
        await eventually(lambda: drained(service))
    seen = await take(settings)
    assert all(versions(seen, note) == list(range(1, 121)) for note in NOTES)


@pytest.fixture
async def broker(rabbitmq_server: RabbitMQTarget) -> AsyncIterator[OwnBroker]:
    """The test's own to kill."""
    private = rabbitmq_server.private
    if private is None:
        pytest.skip("the broker is not ours to kill")
    yield private
    private.resume()
    if private.pid is None:
        private.start()


async def test_a_broker_killed_in_mid_stream_costs_no_event_and_no_effect_twice(
    service: Service, broker: OwnBroker
) -> None:
    [consumer] = service.consumers
    runner = ConsumerRunner(consumer, service.database, service.settings, service.metrics)
    async with running(make_relay(service).run(), runner.run()):
        await tell_many(service, 1, 60)
        await eventually(lambda: effects(service.database, consumer.name))
        await asyncio.to_thread(broker.kill)
        await tell_many(service, 61, 100)
        await asyncio.to_thread(broker.start)
        await eventually(lambda: effects_number(service, 500), 60)
        await eventually(lambda: drained(service))
    counted = Counter(await effects(service.database, consumer.name))
    assert set(counted.values()) == {1}


async def effects_number(service: Service, count: int) -> bool:
    return len(await effects(service.database, "sample.readers")) >= count


async def test_a_silent_broker_is_given_up_and_found_again(settings: Settings, broker: OwnBroker) -> None:
    """Paused, it takes what is sent and confirms nothing."""
    service = build(on_broker(settings, settings.events_url.get_secret_value(), confirm_timeout=0.5))
    await processes.declare_topology(service)
    await observe(settings)
    relay = make_relay(service)
    try:
        await tell(service.database, "a", 1)
        assert await relay.round() == 1
        broker.pause()
        await tell(service.database, "a", 2)
        with pytest.raises(BrokerUnavailable, match="no confirm"):
            await relay.round()
        assert not await drained(service)
        broker.resume()
        async with running(relay.run()):
            await eventually(lambda: drained(service))
    finally:
        broker.resume()
        await service.database.close()
    assert versions(await take(settings), "a") == [1, 2]
