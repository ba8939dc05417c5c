"""The events process that is told to stop in the middle of its work, on a real broker: what was begun ends, the rest
stays for the next process, and nothing happens twice."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample.broker import observe, process, put, take, waiting
from sample.service import STANDS_STILL, STANDSTILL
from sample.settings import Settings
from sample.testing import effects, eventually, scalar
from sample.told import NoteWritten
from sqlalchemy import text

from chassis.messaging import outbox
from chassis.service import Service
from devkit.servers.targets import OwnBroker, RabbitMQTarget
from events import Envelope

pytestmark = pytest.mark.rabbitmq

QUEUE = "sample.readers"
STOPPING = "stopping: what is under way ends first"
BLOCKED = """
    SELECT count(*) >= 3 FROM pg_stat_activity
    WHERE datname = 'sample' AND query LIKE 'INSERT INTO effects%' AND wait_event_type = 'Lock'
"""
WINDOW_OPEN = """
    SELECT count(*) = 1 FROM pg_stat_activity
    WHERE datname = 'sample' AND state = 'idle in transaction' AND query LIKE '%FROM outbox AS o%'
"""


def envelope(note: str, text: str = "") -> bytes:
    return Envelope.of(NoteWritten(version=1, note=note, text=text)).model_dump_json().encode()


async def ended(running: subprocess.Popen[bytes], seconds: float = 10) -> int:
    await eventually(lambda: running.poll() is not None, seconds)
    return int(running.returncode)


async def done_are(service: Service, count: int) -> bool:
    return len(await effects(service.database, QUEUE)) >= count


async def test_deliveries_under_way_end_and_the_others_wait_for_the_next_process(
    service: Service, settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "first"
    for number in range(60):
        await put(settings, QUEUE, envelope(str(number)))
    with process("events", settings, log) as first:
        async with service.database.transaction() as session:
            await session.execute(text("LOCK TABLE effects IN ACCESS EXCLUSIVE MODE"))
            await eventually(lambda: scalar(service.database, BLOCKED))
            first.send_signal(signal.SIGTERM)
            await eventually(lambda: STOPPING in log.read_text())
            assert first.poll() is None
        assert await ended(first) == 0
    done = await effects(service.database, QUEUE)
    assert 3 <= len(done) < 60
    # Acknowledged exactly what was done: nothing of it comes a second time, and nothing else is lost.
    assert await waiting(settings, QUEUE) == 60 - len(done)
    assert await scalar(service.database, "SELECT count(*) FROM inbox") == len(done)
    with process("events", settings, tmp_path / "second"):
        await eventually(lambda: done_are(service, 60))
    assert sorted(await effects(service.database, QUEUE), key=_number) == [f"{n}:1" for n in range(60)]
    assert "Traceback" not in log.read_text()
    assert [json.loads(line)["message"] for line in log.read_text().splitlines()].count(STOPPING) == 1


def _number(effect: str) -> int:
    return int(effect.partition(":")[0])


@pytest.fixture
def broker(rabbitmq_server: RabbitMQTarget) -> Iterator[OwnBroker]:
    if rabbitmq_server.private is None:
        pytest.skip("the broker is not ours to pause")
    yield rabbitmq_server.private
    rabbitmq_server.private.resume()


async def test_a_window_under_way_is_marked_so_that_nothing_is_told_twice(
    service: Service, settings: Settings, broker: OwnBroker, tmp_path: Path
) -> None:
    log = tmp_path / "events"
    await observe(settings)
    with process("events", settings, log) as events:
        await tell(service, "first", 1)
        await eventually(lambda: drained(service))
        broker.pause()
        await tell(service, "second", 50)
        await eventually(lambda: scalar(service.database, WINDOW_OPEN))
        events.send_signal(signal.SIGTERM)
        await eventually(lambda: STOPPING in log.read_text())
        assert events.poll() is None
        broker.resume()
        assert await ended(events) == 0
    assert await drained(service)
    told = [json.loads(delivery.body)["subject"] for delivery in await take(settings)]
    assert sorted(told) == sorted(["first", *(f"second {n}" for n in range(50))])


async def tell(service: Service, note: str, count: int) -> None:
    async with service.database.transaction() as session:
        for number in range(count):
            outbox.add(session, NoteWritten(version=1, note=f"{note} {number}" if count > 1 else note))


async def drained(service: Service) -> bool:
    return bool(await scalar(service.database, "SELECT count(*) = 0 FROM outbox WHERE sent_at IS NULL"))


async def test_a_silent_broker_holds_a_stop_no_longer_than_a_confirm_is_waited_for(
    service: Service, settings: Settings, broker: OwnBroker, tmp_path: Path
) -> None:
    with process("events", settings, tmp_path / "events") as events:
        await tell(service, "first", 1)
        await eventually(lambda: drained(service))
        broker.pause()
        await tell(service, "second", 5)
        await eventually(lambda: scalar(service.database, WINDOW_OPEN))
        events.send_signal(signal.SIGTERM)
        # And as long again until the connections are given up.
        assert await ended(events, 5 * settings.confirm_timeout) == 0


async def test_a_second_signal_ends_it_where_it_stands(service: Service, settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "events"
    await put(settings, QUEUE, envelope("a"))
    async with service.database.transaction() as session:
        await session.execute(text("LOCK TABLE effects IN ACCESS EXCLUSIVE MODE"))
        with process("events", settings, log) as events:
            await eventually(lambda: scalar(service.database, BLOCKED.replace(">= 3", "= 1")))
            events.send_signal(signal.SIGTERM)
            await eventually(lambda: STOPPING in log.read_text())
            events.send_signal(signal.SIGTERM)
            assert await ended(events) == 128 + signal.SIGTERM


async def test_a_handler_that_holds_up_the_loop_stops_the_heartbeat(
    service: Service, settings: Settings, tmp_path: Path
) -> None:
    beat = tmp_path / "beat"
    with process("events", settings, tmp_path / "log", SAMPLE_HEARTBEAT_FILE=str(beat)):
        await eventually(beat.exists)
        await put(settings, QUEUE, envelope("a", STANDSTILL))
        await eventually(lambda: time.time() - beat.stat().st_mtime > STANDS_STILL - 1)
        await eventually(lambda: effects(service.database, QUEUE))
        await eventually(lambda: time.time() - beat.stat().st_mtime < 1)
