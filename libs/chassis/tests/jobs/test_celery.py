"""Jobs on a real Celery worker behind a real RabbitMQ, in both processes that run one: each in one transaction,
and none is lost by a kill of its process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sample.broker import Log, process, put, take, waiting
from sample.settings import Settings
from sample.tasks import STAMP, registry
from sample.testing import effects, eventually, running, scalar, switch_off, switch_on

from chassis.cli import job_letters
from chassis.job_registry import JobCall
from chassis.jobs.dead_jobs import DeadJobs
from chassis.jobs.worker import declare_queues, make_celery
from chassis.messaging import outbox
from chassis.messaging.celery_messages import celery_message
from chassis.processes import make_relay
from chassis.service import Service
from web.clock import now
from web.observability import traceparent

pytestmark = pytest.mark.rabbitmq

QUEUE = "sample.jobs"
DEAD = "sample.jobs.dead"


@pytest.fixture
async def worker(service: Service, log: Log) -> AsyncIterator[Log]:
    """A relay beside the worker of the module; what that logs."""
    log.begin()
    async with running(make_relay(service).run()):
        yield log


async def enqueue(service: Service, **arguments: Any) -> None:
    async with service.database.transaction() as session:
        outbox.add_job(session, STAMP, **arguments)


async def stamped(service: Service, *expected: str) -> bool:
    return sorted(await effects(service.database, "sample.stamp")) == sorted(expected)


async def quiet(settings: Settings) -> bool:
    return await waiting(settings, QUEUE) == 0


async def test_enqueued_jobs_run(service: Service, settings: Settings, worker: Log) -> None:
    for number in range(20):
        await enqueue(service, text=str(number))
    await eventually(lambda: stamped(service, *map(str, range(20))), 40)
    await eventually(lambda: quiet(settings))
    assert "Traceback" not in worker.since()


async def test_a_failing_job_is_retried_in_a_transaction_of_its_own(service: Service, worker: Log) -> None:
    await switch_on(service.database, "a")
    await enqueue(service, text="a")
    await eventually(lambda: "again later" in worker.since(), 40)
    await switch_off(service.database, "a")
    await eventually(lambda: stamped(service, "a"))


async def test_a_job_that_keeps_failing_is_dead_lettered_with_its_arguments(
    service: Service, settings: Settings, worker: Log
) -> None:
    await switch_on(service.database, "b")
    await enqueue(service, text="b")
    await eventually(lambda: scalar(service.database, "SELECT error LIKE '%Broken%' FROM dead_jobs"), 40)
    assert await scalar(service.database, "SELECT arguments FROM dead_jobs") == {"text": "b"}
    assert worker.since().count("again later") == STAMP.max_retries
    await eventually(lambda: quiet(settings))


async def test_what_a_job_tells_belongs_to_the_trace_of_who_enqueued_it(service: Service, worker: Log) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    traceparent.set(f"00-{trace}-00f067aa0ba902b7-01")
    await switch_on(service.database, "t")
    await enqueue(service, text="t", tell=True)
    traceparent.set(None)
    await eventually(lambda: "again later" in worker.since(), 40)
    await switch_off(service.database, "t")  # and so by way of a retry
    told = "SELECT payload->>'traceparent' FROM outbox WHERE kind = 'event'"
    found = await eventually(lambda: scalar(service.database, told))
    assert found.split("-")[1] == trace


async def test_an_operator_replays_a_dead_job(service: Service, worker: Log) -> None:
    await switch_on(service.database, "c")
    await enqueue(service, text="c")
    letters = DeadJobs(service.database)
    [letter] = await eventually(lambda: letters.listing(QUEUE), 40)
    assert (letter.type, letter.body) == ("sample.stamp", '{"text": "c"}')
    await switch_off(service.database, "c")
    assert await letters.replay(QUEUE, {letter.id, "unknown"}) == 1
    await eventually(lambda: stamped(service, "c"))
    assert await letters.listing(QUEUE) == []


async def test_a_job_that_ended_before_its_burial_is_replayed_from_the_broker(
    service: Service, settings: Settings, worker: Log
) -> None:
    app = make_celery(service.jobs, "memory://")
    headers, body = celery_message(app, STAMP, JobCall(UUID(int=2), STAMP.name, {"text": "d"}))
    await put(settings, DEAD, body, exchange="", message_id="d", headers={**headers, "x-death": []})
    letters = job_letters(settings)
    assert [letter.type for letter in await letters.listing(QUEUE)] == ["sample.stamp"]
    assert await letters.replay(QUEUE, None) == 1
    await eventually(lambda: stamped(service, "d"), 40)


async def test_a_job_ends_at_its_time_limit_and_counts_as_failed(service: Service, worker: Log) -> None:
    await enqueue(service, text="slow", seconds=60)
    await enqueue(service, text="next")
    await eventually(lambda: "TimeoutError" in worker.since(), 40)
    await eventually(lambda: stamped(service, "next"), 40)


@pytest.mark.parametrize("log", ["tasks"], indirect=True)
async def test_a_job_whose_process_is_killed_runs_again(service: Service, settings: Settings, worker: Log) -> None:
    await enqueue(service, text="survivor", kill="child")
    await eventually(lambda: stamped(service, "survivor"), 40)
    await eventually(lambda: quiet(settings))


async def test_a_due_date_holds_a_job_back(service: Service, worker: Log) -> None:
    async with service.database.transaction() as session:
        outbox.add_job(session, STAMP, due_at=now() + timedelta(seconds=2), text="later")
        outbox.add_job(session, STAMP, text="now")
    await eventually(lambda: stamped(service, "now"), 40)
    await eventually(lambda: stamped(service, "now", "later"))


async def test_of_two_beats_one_runs_the_job_of_a_slot(
    service: Service, settings: Settings, worker: Log, tmp_path: Path
) -> None:
    """Each offers the job every second; a slot lasts three."""
    hurried = {"SAMPLE_TICK_EVERY": "3"}
    with process("beat", settings, tmp_path / "1", **hurried), process("beat", settings, tmp_path / "2", **hurried):
        await eventually(lambda: slots(service, 3), 90)
    await eventually(lambda: quiet(settings))
    ran = await effects(service.database, "sample.tick")
    assert len(ran) == await scalar(service.database, "SELECT count(*) FROM periodic_slots")


async def slots(service: Service, count: int) -> bool:
    return bool(await scalar(service.database, "SELECT count(*) >= :n FROM periodic_slots", n=count))


async def test_a_job_that_this_release_does_not_know_is_kept_among_the_dead(
    service: Service, settings: Settings, worker: Log
) -> None:
    await put(
        settings, QUEUE, b"[[], {}, {}]", exchange="", headers={"task": "sample.unknown", "id": "1", "lang": "py"}
    )
    await eventually(lambda: waiting(settings, DEAD), 40)
    assert (await take(settings, DEAD))[0].headers["task"] == "sample.unknown"


async def test_the_queues_may_be_declared_again_and_again(service: Service) -> None:
    for _ in range(2):
        declare_queues(make_celery(service.jobs, service.settings.jobs_url.get_secret_value()))


def test_a_job_message_carries_no_empty_header() -> None:
    app = make_celery(registry(), "memory://")
    headers, body = celery_message(app, STAMP, JobCall(UUID(int=1), STAMP.name, {"text": "é"}))
    assert None not in headers.values()
    assert (headers["task"], headers["id"]) == ("sample.stamp", str(UUID(int=1)))
    assert body.startswith(b'[[], {"text": "\\u00e9"}')
