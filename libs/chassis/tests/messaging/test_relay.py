"""The relay on a real broker: confirmed, in order, and one bad row holds up its own aggregate alone."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sample.broker import OBSERVER, observe, operate, process, take, tell, versions, waiting
from sample.settings import Settings
from sample.tasks import STAMP
from sample.testing import eventually, running, scalar
from sample.told import NoteBurnt, NoteWritten
from sqlalchemy import text

from chassis import processes
from chassis.database import WAKE, WAKING
from chassis.job_registry import Job
from chassis.messaging import inbox, outbox, relay, sleeping
from chassis.messaging.publisher import BrokerUnavailable
from chassis.messaging.topology import EVENTS_EXCHANGE, UNROUTED, exchange_of
from chassis.processes import make_relay
from chassis.service import Service
from devkit.servers.process import free_ports
from web.clock import now

pytestmark = pytest.mark.rabbitmq

PENDING = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"


async def row(service: Service, column: str, type_: str) -> Any:
    return await scalar(service.database, f"SELECT {column} FROM outbox WHERE type = :type", type=type_)


async def pending(service: Service) -> int:
    return int(await scalar(service.database, PENDING))


async def drained(service: Service) -> bool:
    return await pending(service) == 0


async def test_events_arrive_in_commit_order_per_aggregate(service: Service, settings: Settings) -> None:
    await observe(settings)
    for version in range(1, 41):
        await asyncio.gather(*(tell(service.database, note, version) for note in "abcde"))
    async with running(make_relay(service).run()):
        await eventually(lambda: drained(service))
    seen = await take(settings)
    assert len(seen) == 200
    assert all(versions(seen, note) == list(range(1, 41)) for note in "abcde")


async def test_an_event_travels_as_a_cloud_event(service: Service, settings: Settings) -> None:
    await observe(settings)
    await tell(service.database, "é", 3, "à")
    async with running(make_relay(service).run()):
        await eventually(lambda: drained(service))
    [seen] = await take(settings)
    event = json.loads(seen.body)
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", "sample.note.written.v1", "é")
    assert event["id"] == seen.message_id
    assert event["data"] == {"version": 3, "note": "é", "text": "à"}


async def test_what_nobody_takes_is_kept_among_the_unrouted_and_counts_as_told(
    service: Service, settings: Settings
) -> None:
    async with service.database.transaction() as session:
        outbox.add(session, NoteBurnt(version=1, note="x"))
    async with running(make_relay(service).run()):
        await eventually(lambda: drained(service))
    assert await waiting(settings, UNROUTED) == 1


async def test_without_its_queue_a_job_waits_and_events_flow(service: Service, settings: Settings) -> None:
    await observe(settings)
    await operate(settings, "queue_delete", "sample.jobs")
    async with service.database.transaction() as session:
        outbox.add_job(session, STAMP, text="x")
    async with running(make_relay(service).run()):
        await eventually(lambda: row(service, "last_error", STAMP.name))
        await tell(service.database, "a", 1)
        await eventually(lambda: row(service, "sent_at", "sample.note.written.v1"))
    assert "returned" in await row(service, "last_error", STAMP.name)
    assert await row(service, "sent_at", STAMP.name) is None
    assert await row(service, "next_attempt_at > created_at", STAMP.name)
    assert await row(service, "attempts", STAMP.name) >= 1


async def test_a_refused_event_holds_back_its_aggregate_alone(service: Service, settings: Settings) -> None:
    await _forget_alternate(settings)
    await observe(settings, "nothing")
    await operate(settings, "queue_bind", OBSERVER, EVENTS_EXCHANGE, "sample.note.written.v1")
    async with service.database.transaction() as session:
        outbox.add(session, NoteBurnt(version=1, note="a"))
    await tell(service.database, "a", 2)
    await tell(service.database, "b", 1)
    async with running(make_relay(service).run()):
        await eventually(lambda: pending_is(service, 2))
        assert "returned" in await row(service, "last_error", NoteBurnt.type)
        assert versions(await take(settings), "b") == [1]
        await operate(settings, "queue_bind", OBSERVER, EVENTS_EXCHANGE, "#")
        await eventually(lambda: drained(service))
    assert versions(await take(settings), "a") == [1, 2]


async def pending_is(service: Service, count: int) -> bool:
    return await pending(service) == count


async def _forget_alternate(settings: Settings) -> None:
    """The exchange as a careless operator would make it again: without its alternate."""
    await operate(settings, "exchange_delete", EVENTS_EXCHANGE)
    for name in (EVENTS_EXCHANGE, "nothing"):
        await operate(settings, "exchange_declare", name, exchange_type="topic", durable=True)
    await operate(settings, "exchange_bind", EVENTS_EXCHANGE, exchange_of("sample"), "sample.#")


@pytest.mark.parametrize("exchange", [EVENTS_EXCHANGE, exchange_of("sample")])
async def test_without_an_exchange_events_wait_and_flow_once_it_is_back(
    service: Service, settings: Settings, exchange: str
) -> None:
    await operate(settings, "exchange_delete", exchange)
    await tell(service.database, "a", 1)
    relay = make_relay(service)
    with suppress(BrokerUnavailable):
        await relay.round()
    assert await pending(service) == 1
    async with running(relay.run()):
        await processes.declare_topology(service)
        await eventually(lambda: drained(service))


async def test_a_job_that_no_longer_exists_holds_nothing_else_up(service: Service, settings: Settings) -> None:
    async with service.database.transaction() as session:
        outbox.add_job(session, Job("sample.forgotten"))
        outbox.add_job(session, STAMP, text="x")
    async with running(make_relay(service).run()):
        await eventually(lambda: row(service, "sent_at", STAMP.name))
        await eventually(lambda: row(service, "last_error", "sample.forgotten"))
    assert await row(service, "sent_at", "sample.forgotten") is None


async def test_a_lower_position_that_commits_late_is_not_skipped(service: Service, settings: Settings) -> None:
    async with running(make_relay(service).run()):
        async with service.database.transaction() as late:
            outbox.add(late, NoteBurnt(version=1, note="late"))
            await late.flush()
            await tell(service.database, "early", 1)
            await eventually(lambda: row(service, "sent_at", "sample.note.written.v1"))
        await eventually(lambda: row(service, "sent_at", NoteBurnt.type))
    positions = "SELECT array_agg(type ORDER BY position) = array_agg(type ORDER BY sent_at) FROM outbox"
    assert await scalar(service.database, positions) is False


async def test_events_told_of_late_are_told_again_and_neither_older_ones_nor_jobs(
    service: Service, settings: Settings, tmp_path: Path
) -> None:
    await observe(settings)
    for version in (1, 2, 3):
        await tell(service.database, "a", version)
    async with service.database.transaction() as session:
        outbox.add_job(session, STAMP, text="once", seconds=0)
    async with running(make_relay(service).run()):
        await eventually(lambda: drained(service))
        assert len(await take(settings)) == 3
        async with service.database.transaction() as session:
            older = "UPDATE outbox SET sent_at = now() - interval '3 hours' WHERE payload->>'aggregateversion' = '1'"
            await session.execute(text(older))
        with process("resend --hours 2", settings, tmp_path / "log") as command:
            await eventually(lambda: command.poll() == 0, 20)
        await eventually(lambda: drained(service))
    assert (tmp_path / "log").read_text().strip() == "sent again: 2"
    assert versions(await take(settings), "a") == [2, 3]
    assert await waiting(settings, "sample.jobs") == 1


async def test_of_the_jobs_sent_late_those_that_have_not_run_are_sent_again(service: Service) -> None:
    async with service.database.transaction() as session:
        for each in ("ran", "lost"):
            outbox.add_job(session, STAMP, text=each)
    async with running(make_relay(service).run()):
        await eventually(lambda: drained(service))
    async with service.database.transaction() as session:
        ran = await session.scalar(text("SELECT id FROM outbox WHERE payload->'arguments'->>'text' = 'ran'"))
        await inbox.record(session, service.jobs.queue, ran)
        await session.execute(text("UPDATE inbox SET received_at = received_at - interval '1 minute'"))
        assert await outbox.send_again(session, now() - timedelta(hours=1), service.jobs.queue) == 1
        again = "SELECT payload->'arguments'->>'text' FROM outbox WHERE sent_at IS NULL"
        assert await session.scalar(text(again)) == "lost"


async def test_to_show_a_letter_that_is_not_there_is_an_error(
    service: Service, settings: Settings, tmp_path: Path
) -> None:
    with process("dlq show 1", settings, tmp_path / "log") as command:
        await eventually(lambda: command.poll() is not None, 20)
    assert command.returncode == 1
    assert "there is no such letter" in (tmp_path / "log").read_text()


async def test_of_two_relays_one_leads(service: Service) -> None:
    first, second = make_relay(service), make_relay(service)
    await tell(service.database, "a", 1)
    async with service.database.engine.begin() as leading:
        assert await first._lead(leading)
        assert await second.round() == 0
    assert await second.round() == 1
    assert await first.round() == 0
    await first._publisher.close()
    await second._publisher.close()


@pytest.fixture
def slow(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Its relays find nothing by polling within a test's patience."""
    monkeypatch.setattr(relay, "LONGEST_SLEEP", 60.0)
    service.settings = service.settings.model_copy(update={"relay_poll": 60.0})
    return service


async def asleep(service: Service) -> bool:
    holders = (
        f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {WAKING % 2**32} AND mode LIKE 'Ex%'"
    )
    return bool(await scalar(service.database, holders))


async def awake(service: Service) -> bool:
    return not await asleep(service)


async def test_a_commit_wakes_a_sleeping_relay(slow: Service) -> None:
    async with running(make_relay(slow).run()):
        for version in (1, 2, 3):
            await eventually(lambda: asleep(slow))
            await tell(slow.database, "a", version)
            await eventually(lambda: drained(slow))


async def test_no_relay_falls_asleep_while_a_row_is_about_to_be_committed(slow: Service) -> None:
    async with slow.database.transaction() as session:
        outbox.add(session, NoteWritten(note="a", version=1))
        await session.execute(WAKE)
        assert not await sleeping.sleep(slow.database, 60.0)
    assert not await sleeping.sleep(slow.database, 60.0)
    assert not await asleep(slow)


async def test_of_two_relays_one_sleeps_and_a_commit_wakes_it(slow: Service) -> None:
    first = asyncio.create_task(sleeping.sleep(slow.database, 60.0))
    await eventually(lambda: asleep(slow))
    assert not await sleeping.sleep(slow.database, 60.0)
    await tell(slow.database, "a", 1)
    assert await first


async def test_a_sleeping_relay_wakes_when_a_row_is_due(slow: Service) -> None:
    async with slow.database.transaction() as session:
        outbox.add(session, NoteWritten(note="a", version=1))
        await session.flush()
        await session.execute(text("UPDATE outbox SET due_at = clock_timestamp() + interval '0.5 seconds'"))
    async with running(make_relay(slow).run()):
        await eventually(lambda: drained(slow))


async def test_a_relay_that_is_stopped_in_its_sleep_leaves_no_lock(slow: Service) -> None:
    async with running(make_relay(slow).run()):
        await eventually(lambda: asleep(slow))
    await eventually(lambda: awake(slow))


async def test_the_backlog_is_a_figure(service: Service) -> None:
    await tell(service.database, "a", 1)
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE outbox SET created_at = now() - interval '1 hour'"))
    await make_relay(service).observe()
    assert service.metrics.outbox_pending._value.get() == 1
    assert service.metrics.outbox_age._value.get() >= 3600


async def test_the_events_process_answers_to_prometheus(service: Service, settings: Settings, tmp_path: Path) -> None:
    [port] = free_ports(1)
    with process("events", settings, tmp_path / "events", SAMPLE_METRICS_PORT=str(port)):
        async with httpx.AsyncClient() as http:
            await tell(service.database, "a", 1)
            await eventually(lambda: _published(http, port))


async def _published(http: httpx.AsyncClient, port: int) -> bool:
    return "outbox_published_total 1.0" in (await http.get(f"http://127.0.0.1:{port}/metrics")).text
