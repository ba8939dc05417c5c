"""The embedded stack's jobs: several services' in one process, and a kill that loses none."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sample.tasks import STAMP
from sample.testing import effects, eventually, running, scalar, switch_off, switch_on
from sqlalchemy import text

from chassis.database import Database
from chassis.job_registry import JobCall
from chassis.jobs.attempts import attempt
from chassis.jobs.schedule import run_schedule
from chassis.messaging import outbox
from chassis.messaging.publisher import Row
from chassis.messaging.relay import Relay
from chassis.retry_policy import DatabaseAway
from devkit.harness import Harness, settings_for
from devkit.local_bus import LocalBus
from devkit.local_jobs import LocalJobRunner
from devkit.servers.targets import PostgresTarget
from web.clock import now
from web.observability import traceparent


@pytest.fixture
async def bus(postgres_server: PostgresTarget, harness: Harness) -> AsyncIterator[LocalBus]:
    databases = postgres_server.provision("sample_bus")
    settings = settings_for(type(harness.service.settings), databases)
    owner = Database(settings.model_copy(update={"database_url": settings.database_owner_url}))
    bus = LocalBus(owner)
    await bus.create_tables()
    yield bus
    async with owner.transaction() as session:
        await session.execute(text("TRUNCATE deliveries, jobs"))
    await owner.close()


@asynccontextmanager
async def working(harness: Harness, bus: LocalBus) -> AsyncIterator[None]:
    begun = 0.0
    async with running(LocalJobRunner([harness.service], bus).run(), run_schedule(harness.service)):
        try:
            yield
        finally:
            begun = time.monotonic()
    assert time.monotonic() - begun < 2


def relay(harness: Harness, bus: LocalBus) -> Relay:
    service = harness.service
    return Relay(service.database, bus, service.metrics, poll=0.02, confirm_timeout=5)


async def enqueue(harness: Harness, **arguments: Any) -> None:
    async with harness.service.database.transaction() as session:
        outbox.add_job(session, STAMP, **arguments)


async def rows(bus: LocalBus) -> int:
    return int(await scalar(bus.database, "SELECT count(*) FROM jobs"))


async def test_a_job_runs_and_its_row_goes(harness: Harness, bus: LocalBus) -> None:
    async with working(harness, bus), running(relay(harness, bus).run()):
        for number in range(30):
            await enqueue(harness, text=str(number))
        await eventually(lambda: _done(harness, bus, 30))
    assert sorted(await effects(harness.service.database, "sample.stamp")) == sorted(map(str, range(30)))


async def _done(harness: Harness, bus: LocalBus, count: int) -> bool:
    return len(await effects(harness.service.database, "sample.stamp")) == count and await rows(bus) == 0


async def test_a_failing_job_is_retried_until_it_succeeds(harness: Harness, bus: LocalBus) -> None:
    database = harness.service.database
    await switch_on(database, "a")
    async with working(harness, bus), running(relay(harness, bus).run()):
        await enqueue(harness, text="a")
        await eventually(lambda: harness.service.metrics.jobs.labels(STAMP.name, "failed")._value.get())
        await switch_off(database, "a")
        await eventually(lambda: _done(harness, bus, 1))


async def test_a_job_that_keeps_failing_is_dead_lettered(harness: Harness, bus: LocalBus) -> None:
    await switch_on(harness.service.database, "b")
    async with working(harness, bus), running(relay(harness, bus).run()):
        await enqueue(harness, text="b")
        error = await eventually(lambda: scalar(harness.service.database, "SELECT error FROM dead_jobs"))
        await eventually(lambda: _done(harness, bus, 0))
    assert "Broken" in error


async def test_a_job_that_takes_too_long_fails(harness: Harness, bus: LocalBus) -> None:
    job = harness.service.jobs.runs[STAMP.name]
    quick = type(STAMP)(STAMP.name, max_retries=0, time_limit=1)
    harness.service.jobs.runs[STAMP.name] = (quick, job[1])
    try:
        async with working(harness, bus), running(relay(harness, bus).run()):
            await enqueue(harness, text="slow", seconds=30)
            error = await eventually(lambda: scalar(harness.service.database, "SELECT error FROM dead_jobs"))
    finally:
        harness.service.jobs.runs[STAMP.name] = job
    assert "Timeout" in error


async def test_what_a_kill_interrupted_runs_at_the_next_start(harness: Harness, bus: LocalBus) -> None:
    """A worker that was never there leaves the same rows behind as one that was killed."""
    async with running(relay(harness, bus).run()):
        await enqueue(harness, text="c")
        await eventually(lambda: rows(bus))
    async with working(harness, bus):
        await eventually(lambda: _done(harness, bus, 1))


async def test_a_stop_rolls_back_what_does_not_end_and_keeps_its_row(harness: Harness, bus: LocalBus) -> None:
    async with running(relay(harness, bus).run()):
        async with working(harness, bus):
            await enqueue(harness, text="long", seconds=2.9)
            await eventually(lambda: _asleep(harness))
        assert await effects(harness.service.database, "sample.stamp") == []
        assert await rows(bus) == 1
        async with working(harness, bus):
            await eventually(lambda: _done(harness, bus, 1))


async def _asleep(harness: Harness) -> bool:
    return bool(await scalar(harness.service.database, BUSY))


BUSY = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = 'sample' AND state = 'idle in transaction' AND query LIKE '%switches%'
"""


async def test_what_a_job_tells_belongs_to_the_trace_of_who_enqueued_it(harness: Harness, bus: LocalBus) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    database = harness.service.database
    traceparent.set(f"00-{trace}-00f067aa0ba902b7-01")
    await switch_on(database, "t")
    await enqueue(harness, text="t", tell=True)
    traceparent.set(None)
    async with working(harness, bus), running(relay(harness, bus).run()):
        await eventually(lambda: harness.service.metrics.jobs.labels(STAMP.name, "failed")._value.get())
        await switch_off(database, "t")  # and so by way of a retry
        told = "SELECT payload->>'traceparent' FROM outbox WHERE kind = 'event'"
        found = await eventually(lambda: scalar(database, told))
    assert found.split("-")[1] == trace


async def test_a_job_that_is_published_twice_while_it_is_under_way_runs_once(harness: Harness, bus: LocalBus) -> None:
    payload = JobCall(UUID(int=7), STAMP.name, {"text": "d", "seconds": 0.3}).payload()
    row = Row(1, UUID(int=7), "job", STAMP.name, "job:7", payload)
    after = Row(2, UUID(int=8), "job", STAMP.name, "job:8", {**payload, "arguments": {"text": "after"}})
    async with working(harness, bus):
        for _ in range(5):
            await bus.publish([row])
        await eventually(lambda: effects(harness.service.database, "sample.stamp"))
        await bus.publish([after])
        await eventually(lambda: _effects_are(harness, ["d", "after"]))


async def test_a_job_that_is_published_again_after_its_end_runs_no_more(harness: Harness, bus: LocalBus) -> None:
    """As the relay does when the confirm got lost. An attempt that failed is not made again either."""
    database = harness.service.database
    payload = JobCall(UUID(int=10), STAMP.name, {"text": "e"}).payload()
    row = Row(1, UUID(int=10), "job", STAMP.name, "job:10", payload)
    await switch_on(database, "e")
    async with working(harness, bus), running(relay(harness, bus).run()):
        for _ in range(2):
            await bus.publish([row])
            await eventually(lambda: _is_retried(harness, bus))
        await switch_off(database, "e")
        await eventually(lambda: _effects_are(harness, ["e"]))
        await bus.publish([row])
        await eventually(lambda: _done(harness, bus, 1))


async def _is_retried(harness: Harness, bus: LocalBus) -> bool:
    retries = await scalar(harness.service.database, "SELECT count(*) FROM outbox WHERE aggregate LIKE 'job:%'")
    return bool(retries) and await rows(bus) == 0


async def test_a_job_whose_failure_cannot_be_stored_has_not_failed(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when another worker holds the same attempt for longer than a statement may take."""

    async def refuse(*_: Any) -> None:
        raise TimeoutError

    await switch_on(harness.service.database, "f")
    monkeypatch.setattr("chassis.messaging.outbox.retry_job", refuse)
    with pytest.raises(DatabaseAway):
        await attempt(harness.service, JobCall(UUID(int=11), STAMP.name, {"text": "f"}))


async def _effects_are(harness: Harness, expected: list[str]) -> bool:
    return await effects(harness.service.database, "sample.stamp") == expected


async def test_a_periodic_job_runs_once_per_slot_without_beat(harness: Harness, bus: LocalBus) -> None:
    database = harness.service.database
    async with working(harness, bus):
        await eventually(lambda: effects(database, "sample.tick"))
    await bus.publish([Row(1, UUID(int=9), "job", "sample.tick", "job:9", {"arguments": {}})])
    async with working(harness, bus):
        await eventually(lambda: _done(harness, bus, 0))
    assert await effects(database, "sample.tick") == ["tick"]


async def test_a_due_date_holds_a_job_back(harness: Harness, bus: LocalBus) -> None:
    async with working(harness, bus), running(relay(harness, bus).run()):
        async with harness.service.database.transaction() as session:
            outbox.add_job(session, STAMP, due_at=now() + timedelta(seconds=1), text="later")
            outbox.add_job(session, STAMP, text="now")
        await eventually(lambda: _effects_are(harness, ["now"]))
        await eventually(lambda: _effects_are(harness, ["now", "later"]))
