"""Consumers on a real broker: once in effect, the ladder, dead letters, a database that goes, a stop."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import psycopg
import pytest
from sample.broker import channel, consumed_by, operate, process, put, take, tell, waiting
from sample.settings import Settings
from sample.testing import effects, eventually, running, scalar, switch_off, switch_on
from sample.told import NoteWritten
from sqlalchemy import text

from chassis.messaging.runner import ConsumerRunner
from chassis.messaging.topology import ATTEMPTS_HEADER, ERROR_HEADER
from chassis.processes import make_relay
from chassis.retry_policy import DatabaseAway
from chassis.service import Service
from devkit.servers.targets import PostgresTarget
from events import Envelope

pytestmark = pytest.mark.rabbitmq

QUEUE = "sample.readers"
DEAD = "sample.readers.dead"


def runner(service: Service) -> ConsumerRunner:
    return ConsumerRunner(service.consumers[0], service.database, service.settings, service.metrics)


def envelope(note: str, version: int = 1, message: str = "", **changes: Any) -> bytes:
    event = Envelope.of(NoteWritten(version=version, note=note, text=message))
    return event.model_copy(update=changes).model_dump_json().encode()


async def effects_are(service: Service, *expected: str) -> bool:
    return sorted(await effects(service.database, QUEUE)) == sorted(expected)


async def empty(settings: Settings, queue: str = QUEUE) -> bool:
    return await waiting(settings, queue) == 0


def outcomes(service: Service, outcome: str) -> float:
    return float(service.metrics.consumed.labels(QUEUE, outcome)._value.get())


async def test_an_event_told_by_one_is_read_by_another(service: Service) -> None:
    async with running(make_relay(service).run(), runner(service).run()):
        await tell(service.database, "a", 1)
        await eventually(lambda: effects_are(service, "a:1"))


async def test_a_duplicate_has_no_second_effect(service: Service, settings: Settings) -> None:
    body = envelope("a")
    async with running(runner(service).run()):
        await put(settings, QUEUE, body)
        await eventually(lambda: outcomes(service, "applied") == 1)
        await put(settings, QUEUE, body)
        await eventually(lambda: outcomes(service, "duplicate") == 1)
    assert await effects_are(service, "a:1")
    assert await empty(settings)


async def test_duplicates_side_by_side_have_one_effect(service: Service, settings: Settings) -> None:
    bodies = [envelope(note) for note in "abcd"]
    for body in bodies * 8:
        await put(settings, QUEUE, body)
    async with running(runner(service).run()):
        await eventually(lambda: outcomes(service, "applied") + outcomes(service, "duplicate") == 32)
    assert await effects_are(service, "a:1", "b:1", "c:1", "d:1")


async def test_a_passing_failure_is_retried_by_the_ladder(service: Service, settings: Settings) -> None:
    await switch_on(service.database, "broken")
    await put(settings, QUEUE, envelope("a", message="broken"))
    await put(settings, QUEUE, envelope("b"))
    async with running(runner(service).run()):
        await eventually(lambda: outcomes(service, "retried") == 1)
        await switch_off(service.database, "broken")
        await eventually(lambda: effects_are(service, "a:1", "b:1"))
    assert await empty(settings, DEAD)


async def test_a_lasting_failure_ends_among_the_dead_after_the_last_step(service: Service, settings: Settings) -> None:
    await switch_on(service.database, "broken")
    await put(settings, QUEUE, envelope("a", message="broken"), message_id="a-1")
    async with running(runner(service).run()):
        await eventually(lambda: waiting(settings, DEAD))
    assert outcomes(service, "retried") == len(settings.retry_ladder)
    assert outcomes(service, "dead") == 1
    [dead] = await take(settings, DEAD)
    assert dead.message_id == "a-1"
    assert dead.headers[ATTEMPTS_HEADER] == len(settings.retry_ladder)
    assert dead.headers[ERROR_HEADER] == "Broken: broken"


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"\xff\xfe",
        b"[]",
        b"{}",
        envelope("a", type="sample.note.written.v9"),
        envelope("a", data={"note": "a"}),
        envelope("a", data={"version": 0, "note": "a"}),
        envelope("a").replace(b'"id":"', b'"id":"no-uuid'),
    ],
)
async def test_what_cannot_be_understood_is_dead_at_once(service: Service, settings: Settings, body: bytes) -> None:
    await put(settings, QUEUE, body, headers={ATTEMPTS_HEADER: "garbage"})
    async with running(runner(service).run()):
        await eventually(lambda: waiting(settings, DEAD))
    [dead] = await take(settings, DEAD)
    assert dead.body == body
    assert "PermanentFailure" in dead.headers[ERROR_HEADER]
    assert outcomes(service, "retried") == 0


async def test_an_event_by_the_default_exchange_is_not_believed(service: Service, settings: Settings) -> None:
    await put(settings, QUEUE, envelope("a"), exchange="")
    async with running(runner(service).run()):
        await eventually(lambda: outcomes(service, "forged"))
    assert await effects(service.database, QUEUE) == []


async def test_poison_holds_up_nothing_else(service: Service, settings: Settings) -> None:
    for number in range(10):
        await put(settings, QUEUE, b"poison")
        await put(settings, QUEUE, envelope(str(number)))
    async with running(runner(service).run()):
        await eventually(lambda: effects_are(service, *(f"{n}:1" for n in range(10))))
        await eventually(lambda: empty(settings))
    assert await waiting(settings, DEAD) == 10


async def test_a_fresh_attempt_counter_is_our_own_and_the_brokers_limit_is_only_the_backstop(
    service: Service, settings: Settings
) -> None:
    """A message whose consumer dies each time ends among the dead by the limit.

    Only death counts in every RabbitMQ: since 4.3 a message may be given back on purpose for ever.
    """
    await put(settings, QUEUE, envelope("a"), message_id="a-1")
    for _ in range(21):
        await _die_with_it(settings)
    assert await eventually(lambda: waiting(settings, DEAD)) == 1
    [dead] = await take(settings, DEAD)
    assert dead.headers["x-first-death-reason"] == "delivery_limit"


async def _die_with_it(settings: Settings) -> None:
    async def taken() -> bool:
        async with channel(settings) as opened:  # which ends without a word about what it took
            return await opened.get(QUEUE) is not None

    # The broker learns of the end a little later than we do.
    await eventually(taken)


async def test_while_the_database_is_away_nothing_circles_and_then_it_goes_on(
    service: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer = service.consumers[0]
    process_, away, tries = consumer.process, True, 0

    async def process(database: Any, body: bytes, exchange: str) -> bool:
        nonlocal tries
        tries += 1
        if away:
            raise DatabaseAway
        return await process_(database, body, exchange)

    async def answers() -> bool:
        return not away

    monkeypatch.setattr(consumer, "process", process)
    monkeypatch.setattr(service.database, "answers", answers)
    for number in range(5):
        await put(settings, QUEUE, envelope(str(number)))
    async with running(runner(service).run()):
        await eventually(lambda: tries)
        await eventually(lambda: consumed_by(settings, QUEUE, 0))
        assert await waiting(settings, QUEUE) == 5
        assert tries <= 5
        away = False
        await eventually(lambda: effects_are(service, *(f"{n}:1" for n in range(5))))
    assert await empty(settings, DEAD)


async def test_a_backend_terminated_in_the_handler_costs_nothing(
    service: Service, settings: Settings, postgres_server: PostgresTarget
) -> None:
    async with service.database.transaction() as holder:
        # The handlers wait here for a row that somebody else inserts, until their connections die.
        bodies = [envelope(str(n), id=uuid4()) for n in range(3)]
        for body in bodies:
            identifier = json.loads(body)["id"]
            statement = text("INSERT INTO inbox (consumer, event_id) VALUES (:queue, :id)")
            await holder.execute(statement, {"queue": QUEUE, "id": identifier})
        async with running(runner(service).run()):
            for body in bodies:
                await put(settings, QUEUE, body)
            await eventually(lambda: scalar(service.database, f"SELECT count(*) = 3 {BLOCKED}"))
            with psycopg.connect(postgres_server.url, autocommit=True) as admin:
                admin.execute(f"SELECT pg_terminate_backend(pid) {BLOCKED}")
            await holder.rollback()
            await eventually(lambda: effects_are(service, "0:1", "1:1", "2:1"))
    assert outcomes(service, "database_away") >= 1
    assert outcomes(service, "retried") == 0
    assert await empty(settings)


BLOCKED = (
    "FROM pg_stat_activity WHERE datname = 'sample' AND query LIKE 'INSERT INTO inbox%' AND wait_event_type = 'Lock'"
)


@pytest.mark.parametrize("point", ["consumer.before_inbox:3", "consumer.after_inbox:3", "consumer.after_commit:3"])
async def test_a_consumer_killed_at_any_point_has_one_effect_per_event(
    service: Service, settings: Settings, tmp_path: Path, point: str
) -> None:
    for number in range(10):
        await put(settings, QUEUE, envelope(str(number)))
    with process("events", settings, tmp_path / "first", CRASH_POINT=point) as first:
        assert await eventually(first.poll) == -signal.SIGKILL
    assert not await effects_are(service, *(f"{n}:1" for n in range(10)))
    with process("events", settings, tmp_path / "second"):
        await eventually(lambda: effects_are(service, *(f"{n}:1" for n in range(10))))
        await eventually(lambda: empty(settings))


async def test_a_stop_ends_what_was_begun_and_leaves_nothing_half(service: Service, settings: Settings) -> None:
    for number in range(30):
        await put(settings, QUEUE, envelope(str(number)))
    task = asyncio.create_task(runner(service).run())
    await eventually(lambda: effects(service.database, QUEUE))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    done = len(await effects(service.database, QUEUE))
    assert await waiting(settings, QUEUE) == 30 - done
    assert outcomes(service, "applied") == done


async def test_sigterm_ends_the_process_in_order(service: Service, settings: Settings, tmp_path: Path) -> None:
    with process("events", settings, tmp_path / "events") as events:
        await tell(service.database, "a", 1)
        await eventually(lambda: effects_are(service, "a:1"))
        events.send_signal(signal.SIGTERM)
        code = await eventually(lambda: events.poll() is not None and [events.returncode])
    assert code == [0], (tmp_path / "events").read_text()
    assert "Traceback" not in (tmp_path / "events").read_text()


async def test_a_consumer_whose_queue_was_deleted_declares_it_and_goes_on(service: Service, settings: Settings) -> None:
    async with running(make_relay(service).run(), runner(service).run()):
        await eventually(lambda: consumed_by(settings, QUEUE, 1))
        await operate(settings, "queue_delete", QUEUE)
        await eventually(lambda: consumed_by(settings, QUEUE, 1))
        await tell(service.database, "a", 1)
        await eventually(lambda: effects_are(service, "a:1"))


async def test_a_consumer_whose_retry_queue_was_deleted_keeps_the_event(service: Service, settings: Settings) -> None:
    await switch_on(service.database, "broken")
    async with running(runner(service).run()):
        await eventually(lambda: consumed_by(settings, QUEUE, 1))
        await operate(settings, "queue_delete", f"{QUEUE}.retry.150ms")
        await put(settings, QUEUE, envelope("a", message="broken"))
        await eventually(lambda: outcomes(service, "broker_away"))
        await eventually(lambda: waiting(settings, DEAD))


async def test_many_slow_handlers_leave_connections_to_others(service: Service, settings: Settings) -> None:
    database = service.database
    async with database.transaction() as session:
        await session.execute(text("LOCK TABLE effects IN ACCESS EXCLUSIVE MODE"))
        for number in range(20):
            await put(settings, QUEUE, envelope(str(number)))
        busy, checked_out = runner(service), cast(Any, database.engine.pool).checkedout
        async with running(busy.run()):
            await eventually(lambda: len(busy._under_way) == settings.prefetch)
            with pytest.raises(AssertionError, match="not within"):
                await eventually(lambda: checked_out() > 4, 0.3)
            assert await database.answers()
            await session.rollback()
            await eventually(lambda: effects_are(service, *(f"{n}:1" for n in range(20))))
    assert outcomes(service, "database_away") == 0
