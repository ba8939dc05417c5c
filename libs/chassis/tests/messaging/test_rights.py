"""The broker user that a service gets in production: what it may do is enough, and its neighbours are out of reach."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from sample.bootstrap import build
from sample.broker import OBSERVER, on_broker, operate, put, tell
from sample.settings import Settings
from sample.testing import effects, eventually, running, scalar, switch_off, switch_on

from chassis import processes
from chassis.local.targets import RabbitMQTarget
from chassis.messaging.amqp import BrokerUnavailable
from chassis.messaging.dead_letters import AmqpDeadLetters
from chassis.messaging.runner import ConsumerRunner
from chassis.messaging.topology import Queue, rights

pytestmark = pytest.mark.rabbitmq

QUEUE = "sample.readers"


@pytest.fixture
def settings(settings: Settings, rabbitmq_server: RabbitMQTarget) -> Settings:
    """The events vhost as a user of the sample's own; jobs, in a vhost of its own in production, as before."""
    vhost = unquote(urlsplit(settings.events_url.get_secret_value()).path[1:])
    pattern = rights("sample")
    own = rabbitmq_server.management.create_user(
        "sample", "secret", vhost, configure=pattern, write=pattern, read=pattern
    )
    return on_broker(settings, own, jobs_url=settings.jobs_url)


async def test_its_rights_suffice_to_tell_and_to_learn_with_retries(settings: Settings) -> None:
    service = build(settings)
    await processes.declare_topology(service)
    runner = ConsumerRunner(service.consumers[0], service.database, settings, service.metrics)
    await switch_on(service.database, "broken")
    async with running(processes.make_relay(service).run(), runner.run()):
        await tell(service.database, "a", 1, "broken")
        await eventually(lambda: service.metrics.consumed.labels(QUEUE, "retried")._value.get())
        await switch_off(service.database, "broken")
        await eventually(lambda: effects(service.database, QUEUE))
    assert await scalar(service.database, "SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0
    await service.database.close()


@pytest.mark.parametrize("queue", ["contracts.readers", OBSERVER])
async def test_a_neighbours_queue_is_refused(settings: Settings, queue: str) -> None:
    with pytest.raises(BrokerUnavailable, match="ACCESS_REFUSED"):
        await operate(settings, "queue_declare", Queue(queue, {}, ()).name, durable=True)


async def test_a_neighbours_queue_is_not_written_to(settings: Settings) -> None:
    service = build(settings)
    await processes.declare_topology(service)
    with pytest.raises(BrokerUnavailable, match="ACCESS_REFUSED"):
        await put(settings, "contracts.readers", b"anything")
    await service.database.close()


async def test_an_operator_replays_with_the_services_own_rights(settings: Settings) -> None:
    service = build(settings)
    await processes.declare_topology(service)
    runner = ConsumerRunner(service.consumers[0], service.database, settings, service.metrics)
    letters = AmqpDeadLetters(settings.events_url.get_secret_value())
    await switch_on(service.database, "broken")
    async with running(processes.make_relay(service).run(), runner.run()):
        await tell(service.database, "a", 1, "broken")
        await eventually(lambda: letters.listing(QUEUE))
        await switch_off(service.database, "broken")
        assert await letters.replay(QUEUE, None) == 1
        await eventually(lambda: effects(service.database, QUEUE))
    await service.database.close()
