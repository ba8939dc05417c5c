"""The broker user that a service gets in production: what it may do is enough, and its neighbours are out of reach."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from sample.broker import channel, on_broker, operate, put, tell, waiting
from sample.settings import Settings
from sample.testing import effects, eventually, running, scalar, switch_off, switch_on
from sample.told import NoteWritten

from chassis import processes
from chassis.messaging.amqp import Connection, Message
from chassis.messaging.dead_letters import AmqpDeadLetters
from chassis.messaging.definitions import EVENTS_VHOST, definitions, jobs_vhost
from chassis.messaging.publisher import BrokerUnavailable
from chassis.messaging.runner import ConsumerRunner, declare
from chassis.messaging.topology import (
    EVENTS_EXCHANGE,
    UNROUTED,
    exchange_of,
    retry_exchange,
    shared_exchanges,
    unrouted,
)
from chassis.service import Service
from devkit.harness import Harness
from devkit.servers.management import Management
from devkit.servers.targets import RabbitMQTarget
from events import Envelope

pytestmark = pytest.mark.rabbitmq

QUEUE = "sample.readers"
# Another service, taken over by somebody.
THIEF = "thief"


@pytest.fixture
def broker(rabbitmq_server: RabbitMQTarget) -> Management:
    return rabbitmq_server.management


@pytest.fixture
def prefix(broker: Management) -> Iterator[str]:
    """Before the names of what an administrator has loaded for two services."""
    prefix = f"{secrets.token_hex(4)}-"
    made = definitions({"sample": "secret", THIEF: "secret"}, prefix)
    broker.load(made)
    yield prefix
    for vhost in made["vhosts"]:
        broker.delete_vhost(vhost["name"])
    for user in made["users"]:
        broker.delete_user(user["name"])


@pytest.fixture
def settings(harness: Harness, broker: Management, prefix: str) -> Settings:
    return _of("sample", harness, broker, prefix)


@pytest.fixture
def thief(harness: Harness, broker: Management, prefix: str) -> Settings:
    return _of(THIEF, harness, broker, prefix)


def _of(service: str, harness: Harness, broker: Management, prefix: str) -> Settings:
    held = harness.service.settings
    assert isinstance(held, Settings)
    events, jobs = (
        broker.amqp_url(f"{prefix}{vhost}", f"{prefix}{service}", "secret")
        for vhost in (EVENTS_VHOST, jobs_vhost(service))
    )
    return on_broker(held, events, jobs_url=type(held.jobs_url)(jobs))


def reader(service: Service) -> ConsumerRunner:
    return ConsumerRunner(service.consumers[0], service.database, service.settings, service.metrics)


async def test_its_rights_suffice_to_tell_and_to_learn_with_retries(service: Service) -> None:
    await switch_on(service.database, "broken")
    async with running(processes.make_relay(service).run(), reader(service).run()):
        await tell(service.database, "a", 1, "broken")
        await eventually(lambda: service.metrics.consumed.labels(QUEUE, "retried")._value.get())
        await switch_off(service.database, "broken")
        await eventually(lambda: effects(service.database, QUEUE))
    assert await scalar(service.database, "SELECT count(*) FROM outbox WHERE sent_at IS NULL") == 0


async def test_an_operator_replays_with_the_services_own_rights(service: Service, settings: Settings) -> None:
    letters = AmqpDeadLetters(settings.events_url.get_secret_value())
    await switch_on(service.database, "broken")
    async with running(processes.make_relay(service).run(), reader(service).run()):
        await tell(service.database, "a", 1, "broken")
        await eventually(lambda: letters.listing(QUEUE))
        await switch_off(service.database, "broken")
        assert await letters.replay(QUEUE, None) == 1
        await eventually(lambda: effects(service.database, QUEUE))


OUT_OF_REACH: dict[str, tuple[Any, ...]] = {
    "all events": ("exchange_delete", EVENTS_EXCHANGE),
    "all events, made otherwise": ("exchange_declare", EVENTS_EXCHANGE, "topic"),
    "what nobody took": ("queue_purge", UNROUTED),
    "what nobody took, for good": ("queue_delete", UNROUTED),
    "its binding": ("queue_unbind", UNROUTED, UNROUTED, "#"),
    "the neighbour's exchange": ("exchange_delete", exchange_of("sample")),
    "the neighbour's exchange, unbound": ("exchange_unbind", EVENTS_EXCHANGE, exchange_of("sample"), "sample.#"),
    "its own exchange, bound to all": ("exchange_bind", EVENTS_EXCHANGE, exchange_of(THIEF), "#"),
    "the neighbour's queue": ("queue_declare", QUEUE),
    "the neighbour's letters": ("queue_purge", QUEUE),
    "the neighbour's bindings": ("queue_unbind", QUEUE, EVENTS_EXCHANGE, NoteWritten.type),
    "the neighbour's retries": ("exchange_bind", retry_exchange("sample"), EVENTS_EXCHANGE, "#"),
    "a queue of nobody's": ("queue_declare", "observer"),
}


@pytest.mark.parametrize("operation", OUT_OF_REACH.values(), ids=OUT_OF_REACH)
async def test_what_is_shared_and_what_is_the_neighbours_is_out_of_reach(
    service: Service, thief: Settings, operation: tuple[Any, ...]
) -> None:
    with pytest.raises(BrokerUnavailable, match="ACCESS_REFUSED"):
        await operate(thief, *operation)


async def test_a_neighbours_queue_is_not_written_to(service: Service, thief: Settings) -> None:
    with pytest.raises(BrokerUnavailable, match="ACCESS_REFUSED"):
        await put(thief, QUEUE, b"anything", exchange="")


async def test_another_vhost_is_shut(service: Service, thief: Settings, broker: Management, prefix: str) -> None:
    for vhost in (f"{prefix}{jobs_vhost('sample')}", "/"):
        with pytest.raises(BrokerUnavailable):
            await Connection.open(broker.amqp_url(vhost, f"{prefix}{THIEF}", "secret"), "test")


def forged() -> bytes:
    return Envelope.of(NoteWritten(version=1, note="a", text="")).model_dump_json().encode()


@pytest.mark.parametrize("exchange", [EVENTS_EXCHANGE, exchange_of("sample"), retry_exchange("sample"), UNROUTED])
async def test_nobody_tells_by_anothers_exchange(service: Service, thief: Settings, exchange: str) -> None:
    async with channel(thief, confirm=True) as opened:
        with pytest.raises(BrokerUnavailable, match="ACCESS_REFUSED"):
            await opened.publish(Message(exchange, NoteWritten.type, forged(), "forged"))


async def test_anothers_event_is_not_taken_by_ones_own_exchange(service: Service, thief: Settings) -> None:
    async with channel(thief, confirm=True) as opened:
        assert "NO_ROUTE" in str(
            await opened.publish(Message(exchange_of(THIEF), NoteWritten.type, forged(), "forged"))
        )


ROUNDABOUT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "dead letters": ("queue_declare", "thief.q", {"x-dead-letter-exchange": EVENTS_EXCHANGE}),
    "an alternate": ("exchange_declare", "thief.x", {"alternate-exchange": EVENTS_EXCHANGE}),
    "dead letters to the exchange": (
        "queue_declare",
        "thief.q",
        {"x-dead-letter-exchange": exchange_of("sample")},
    ),
    "an alternate to the exchange": ("exchange_declare", "thief.x", {"alternate-exchange": exchange_of("sample")}),
}


@pytest.mark.parametrize("way", ROUNDABOUT.values(), ids=ROUNDABOUT)
async def test_nothing_of_ones_own_leads_to_anothers_exchange(
    service: Service, thief: Settings, way: tuple[str, str, dict[str, Any]]
) -> None:
    method, name, arguments = way
    with pytest.raises(BrokerUnavailable, match="ACCESS_REFUSED"):
        await operate(thief, method, name, arguments=arguments)


async def test_a_second_key_brings_an_event_to_the_consumer_who_does_not_believe_it(
    service: Service, thief: Settings, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """The broker routes by all keys of a message once one of them was accepted."""
    async with running(reader(service).run()), channel(thief, confirm=True) as opened:
        message = Message(exchange_of(THIEF), "thief.x", forged(), "forged", headers={"CC": [NoteWritten.type]})
        assert await opened.publish(message) is None
        await eventually(lambda: service.metrics.consumed.labels(QUEUE, "forged")._value.get())
    assert await effects(service.database, QUEUE) == []
    assert await waiting(settings, f"{QUEUE}.dead") == 0
    assert "sample.note.written.v1 came by events.thief" in caplog.text


async def test_what_is_loaded_is_what_a_service_would_make(broker: Management, prefix: str) -> None:
    """On a broker where an administrator comes after the services, or before: other arguments would be refused."""
    connection = await Connection.open(_as_administrator(broker, prefix), "test")
    administrator = await connection.channel()
    for exchange in shared_exchanges(["sample", THIEF]):
        await administrator.declare_exchange(exchange)
    await administrator.declare_queue(unrouted())
    await connection.close()


async def test_without_what_is_shared_and_the_right_to_make_it_a_service_says_so(
    broker: Management, prefix: str, settings: Settings
) -> None:
    broker.delete_vhost(f"{prefix}{EVENTS_VHOST}")
    broker.load({"vhosts": [{"name": f"{prefix}{EVENTS_VHOST}"}]})
    broker.load({"permissions": definitions({"sample": "secret"}, prefix)["permissions"]})
    connection = await Connection.open(settings.events_url.get_secret_value(), "test")
    with pytest.raises(BrokerUnavailable, match="ACCESS_REFUSED"):
        await declare(connection, "sample", [], [])
    await connection.close()


def _as_administrator(broker: Management, prefix: str) -> str:
    return broker.create_vhost(f"{prefix}{EVENTS_VHOST}")
