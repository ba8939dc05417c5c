"""What both buses promise, RabbitMQ and the in-process one of the embedded stack: one test class for the two."""

from __future__ import annotations

import argparse
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sample.bootstrap import build
from sample.broker import LADDER, on_broker, tell
from sample.service import EXPECTED
from sample.settings import Settings
from sample.testing import effects, eventually, running, switch_off, switch_on
from sqlalchemy import text

from chassis import cli, processes
from chassis.database import Database
from chassis.messaging.dead_letters import AmqpDeadLetters, DeadLetters
from chassis.messaging.relay import Relay
from chassis.messaging.runner import ConsumerRunner
from chassis.service import Service
from devkit.harness import Harness, settings_for
from devkit.local_bus import LocalBus, LocalDeadLetters, LocalRunner
from devkit.servers.targets import PostgresTarget

QUEUE = "sample.readers"


@dataclass
class Bus:
    service: Service
    letters: DeadLetters
    loops: Any

    def flowing(self) -> AbstractAsyncContextManager[Any]:
        """Relay and consumer at work for the length of the block."""
        loops: list[Coroutine[Any, Any, None]] = [loop.run() for loop in self.loops()]
        return running(*loops)

    async def effects_are(self, *expected: str) -> bool:
        return sorted(await effects(self.service.database, QUEUE)) == sorted(expected)

    async def dead(self, count: int = 1) -> bool:
        return len(await self.letters.listing(QUEUE)) == count

    def is_waiting(self) -> bool:
        return self.service.consumers[0]._waiting > 0

    def outcome(self, name: str) -> float:
        return float(self.service.metrics.consumed.labels(QUEUE, name)._value.get())


@pytest.fixture(params=[pytest.param("amqp", marks=pytest.mark.rabbitmq), "in process"])
async def bus(request: pytest.FixtureRequest, harness: Harness, postgres_server: PostgresTarget) -> AsyncIterator[Bus]:
    settings = harness.service.settings
    assert isinstance(settings, Settings)
    if request.param == "amqp":
        service = build(on_broker(settings, request.getfixturevalue("rabbitmq_vhost")))
        await processes.declare_topology(service)
        runner = ConsumerRunner(service.consumers[0], service.database, service.settings, service.metrics)
        letters = AmqpDeadLetters(service.settings.events_url.get_secret_value())
        yield Bus(service, letters, lambda: (processes.make_relay(service), runner))
    else:
        service = build(settings.model_copy(update={"retry_ladder": LADDER}))
        async with asynccontextmanager(_in_process)(service, postgres_server) as local:
            yield local
    await service.database.close()


async def _in_process(service: Service, postgres: PostgresTarget) -> AsyncIterator[Bus]:
    own = settings_for(Settings, postgres.provision("sample_bus"))
    database = Database(own.model_copy(update={"database_url": own.database_owner_url}))
    carrier = LocalBus(database)
    await carrier.create_tables()

    def loops() -> tuple[Relay, LocalRunner]:
        runner = LocalRunner(carrier, service.consumers[0], service.database, LADDER, service.metrics)
        return Relay(service.database, carrier, service.metrics, poll=0.02, confirm_timeout=5), runner

    yield Bus(service, LocalDeadLetters(database), loops)
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE deliveries, jobs"))
    await database.close()


def said(caplog: pytest.LogCaptureFixture, words: str) -> set[tuple[int, bool]]:
    """Level, and whether with a traceback, of every line of the buses that has these words."""
    records = [record for record in caplog.records if record.name.startswith(("chassis.messaging", "devkit."))]
    return {(record.levelno, record.exc_info is not None) for record in records if words in record.getMessage()}


class TestBothBuses:
    async def test_events_are_delivered(self, bus: Bus) -> None:
        async with bus.flowing():
            for version in range(1, 31):
                await tell(bus.service.database, "a", version)
            await eventually(lambda: bus.effects_are(*(f"a:{v}" for v in range(1, 31))))

    async def test_an_event_that_is_published_twice_has_one_effect(self, bus: Bus) -> None:
        database = bus.service.database
        await tell(database, "a", 1)
        async with bus.flowing():
            await eventually(lambda: bus.outcome("applied") == 1)
            async with database.transaction() as session:
                # As after a relay that died between the confirm and its note of it.
                await session.execute(text("UPDATE outbox SET sent_at = NULL"))
            await eventually(lambda: bus.outcome("duplicate") == 1)
        assert await bus.effects_are("a:1")

    async def test_a_passing_failure_is_retried(self, bus: Bus) -> None:
        await switch_on(bus.service.database, "broken")
        async with bus.flowing():
            await tell(bus.service.database, "a", 1, "broken")
            await eventually(lambda: bus.outcome("retried"))
            await switch_off(bus.service.database, "broken")
            await eventually(lambda: bus.effects_are("a:1"))
        assert await bus.dead(0)

    async def test_what_comes_before_the_event_that_it_waits_for_needs_no_step_of_the_ladder(self, bus: Bus) -> None:
        await switch_on(bus.service.database, EXPECTED)
        async with bus.flowing():
            await tell(bus.service.database, "a", 1, EXPECTED)
            await eventually(bus.is_waiting)
            await switch_off(bus.service.database, EXPECTED)
            await eventually(lambda: bus.effects_are("a:1"))
        assert bus.outcome("retried") == 0

    async def test_an_expected_wait_is_one_quiet_line_and_a_failure_shows_its_trace(
        self, bus: Bus, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        for switch in (EXPECTED, "broken"):
            await switch_on(bus.service.database, switch)
        async with bus.flowing():
            await tell(bus.service.database, "a", 1, EXPECTED)
            await eventually(lambda: bus.outcome("retried"))
            await switch_off(bus.service.database, EXPECTED)
            await eventually(lambda: bus.effects_are("a:1"))
            assert said(caplog, "for later: OnItsWay") == {(logging.INFO, False)}
            await tell(bus.service.database, "b", 1, "broken")
            await eventually(lambda: said(caplog, "again later"))
        assert said(caplog, "again later") == {(logging.WARNING, True)}

    async def test_an_expected_wait_that_never_ends_is_dead_and_shows_its_trace(
        self, bus: Bus, caplog: pytest.LogCaptureFixture
    ) -> None:
        await switch_on(bus.service.database, EXPECTED)
        async with bus.flowing():
            await tell(bus.service.database, "a", 1, EXPECTED)
            await eventually(bus.dead)
        assert said(caplog, "gives") == {(logging.ERROR, True)}

    async def test_a_lasting_failure_is_dead_after_the_ladder_and_says_why(self, bus: Bus) -> None:
        await self._kill_one(bus, "a")
        assert bus.outcome("retried") == len(LADDER)
        [letter] = await bus.letters.listing(QUEUE)
        assert (letter.consumer, letter.type, letter.attempts) == (QUEUE, "sample.note.written.v1", len(LADDER))
        assert letter.error == "Broken: broken"
        assert '"note":"a"' in letter.body.replace(" ", "")

    async def test_a_listing_changes_nothing(self, bus: Bus) -> None:
        await self._kill_one(bus, "a")
        listings = [await bus.letters.listing(QUEUE) for _ in range(25)]
        assert all(listing == listings[0] and len(listing) == 1 for listing in listings)

    async def test_a_replayed_letter_keeps_its_id_and_climbs_the_ladder_anew(self, bus: Bus) -> None:
        await self._kill_one(bus, "a")
        await self._kill_one(bus, "b", already=1)
        first, second = await bus.letters.listing(QUEUE)
        assert await bus.letters.replay(QUEUE, {first.id}) == 1
        assert await bus.dead(1)
        async with bus.flowing():
            await eventually(lambda: bus.dead(2))
        again = {letter.id: letter for letter in await bus.letters.listing(QUEUE)}
        assert again.keys() == {first.id, second.id}
        assert again[first.id].attempts == len(LADDER)

    async def test_a_replay_without_ids_takes_all(self, bus: Bus) -> None:
        await self._kill_one(bus, "a")
        await self._kill_one(bus, "b", already=1)
        await switch_off(bus.service.database, "broken")
        assert await bus.letters.replay(QUEUE, None) == 2
        async with bus.flowing():
            await eventually(lambda: bus.effects_are("a:1", "b:1"))
        assert await bus.dead(0)

    async def test_a_dropped_letter_is_gone_and_the_others_stay(self, bus: Bus) -> None:
        await self._kill_one(bus, "a")
        await self._kill_one(bus, "b", already=1)
        first, second = await bus.letters.listing(QUEUE)
        assert await bus.letters.drop(QUEUE, {first.id, "unknown"}) == 1
        assert [letter.id for letter in await bus.letters.listing(QUEUE)] == [second.id]

    async def test_the_operators_command_shows_replays_and_drops(
        self, bus: Bus, capsys: pytest.CaptureFixture[str]
    ) -> None:
        async def dlq(action: str, *ids: str) -> str:
            await cli.dead_letters(bus.letters, bus.service, argparse.Namespace(action=action, ids=list(ids)))
            return capsys.readouterr().out

        await self._kill_one(bus, "a")
        listed = await dlq("list")
        identifier = listed.split()[0]
        assert "sample.note.written.v1 attempts=2 Broken: broken" in listed
        assert identifier in await dlq("show", identifier)
        assert await dlq("replay", identifier) == "sample.readers replayed 1\n"
        async with bus.flowing():
            await eventually(bus.dead)
        with pytest.raises(SystemExit):
            await dlq("drop")
        assert await dlq("drop", identifier) == "sample.readers dropped 1\n"
        assert await dlq("list") == ""

    async def _kill_one(self, bus: Bus, note: str, already: int = 0) -> None:
        if not already:
            await switch_on(bus.service.database, "broken")
        async with bus.flowing():
            await tell(bus.service.database, note, 1, "broken")
            await eventually(lambda: bus.dead(already + 1))


async def test_the_bus_of_the_embedded_stack_outlives_its_databases_absence(
    harness: Harness, postgres_server: PostgresTarget
) -> None:
    service = build(harness.service.settings.model_copy(update={"retry_ladder": LADDER}))  # type: ignore[arg-type]  # the sample's own settings
    async with asynccontextmanager(_in_process)(service, postgres_server) as bus:
        database = bus.letters._database  # type: ignore[attr-defined]  # the embedded stack's
        await tell(service.database, "a", 1)
        async with database.transaction() as session:
            await session.execute(text("ALTER TABLE deliveries RENAME TO mislaid"))
        async with bus.flowing() as loops:
            await eventually(lambda: not any(loop.done() for loop in loops))
            async with database.transaction() as session:
                await session.execute(text("ALTER TABLE mislaid RENAME TO deliveries"))
            await eventually(lambda: bus.effects_are("a:1"))
    await service.database.close()
