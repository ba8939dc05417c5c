"""A worker and a scheduler that are told to stop, and the signs of life that they give meanwhile."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest
from sample.broker import on_broker, process, take, waiting
from sample.settings import Settings
from sample.tasks import STAMP
from sample.testing import effects, eventually, running, scalar

from chassis.heartbeat import EVERY
from chassis.messaging import outbox
from chassis.processes import make_relay
from chassis.service import Service
from devkit.servers.process import free_port, pause

pytestmark = pytest.mark.rabbitmq

QUEUE = "sample.jobs"
# The processes that run jobs: Celery's alone, and the one that does everything.
RUN_JOBS = ("tasks", "worker")
UNDER_WAY = """
    SELECT count(*) = 1 FROM pg_stat_activity
    WHERE datname = 'sample' AND state = 'idle in transaction' AND query LIKE '%switches%'
"""


@pytest.fixture
async def relayed(service: Service) -> AsyncIterator[Service]:
    async with running(make_relay(service).run()):
        yield service


async def enqueue(service: Service, *texts: str, seconds: float) -> None:
    async with service.database.transaction() as session:
        for text in texts:
            outbox.add_job(session, STAMP, text=text, seconds=seconds)


async def ended(process: subprocess.Popen[bytes], seconds: float = 30) -> int:
    await eventually(lambda: process.poll() is not None, seconds)
    return int(process.returncode)


def lines(log: Path) -> list[dict[str, str]]:
    """Every line that the process wrote, each a JSON object."""
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.mark.parametrize("verb", RUN_JOBS)
async def test_a_worker_that_is_told_to_stop_finishes_its_job_and_gives_the_others_back(
    relayed: Service, settings: Settings, tmp_path: Path, verb: str
) -> None:
    log = tmp_path / "first"
    with process(verb, settings, log) as first:
        await enqueue(relayed, "a", "b", "c", seconds=2)
        await eventually(lambda: scalar(relayed.database, UNDER_WAY), 40)
        first.send_signal(signal.SIGTERM)
        assert await ended(first) == 0
    assert await effects(relayed.database, "sample.stamp") == ["a"]
    await eventually(lambda: _is_waiting(settings, 2))
    said = lines(log)
    assert any(line["message"].startswith("stopping: ") for line in said)
    assert {line["service"] for line in said} == {"sample"}
    with process(verb, settings, tmp_path / "second") as second:
        await eventually(lambda: _stamped(relayed, ["a", "b", "c"]), 40)
        # Killed, it might not have acknowledged the last one yet.
        second.send_signal(signal.SIGTERM)
        assert await ended(second) == 0
    assert await waiting(settings, QUEUE) == 0


async def _is_waiting(settings: Settings, count: int) -> bool:
    return await waiting(settings, QUEUE) == count


async def _are_more(settings: Settings, before: int) -> bool:
    return await waiting(settings, QUEUE) > before


async def _stamped(service: Service, expected: list[str]) -> bool:
    return sorted(await effects(service.database, "sample.stamp")) == expected


@pytest.mark.parametrize("verb", [*RUN_JOBS, "beat"])
async def test_a_process_that_stands_still_stops_beating_begins_again_and_leaves_in_json_alone(
    service: Service, settings: Settings, tmp_path: Path, verb: str
) -> None:
    beat, log, still = tmp_path / "beat", tmp_path / "log", EVERY + 1
    with process(verb, settings, log, SAMPLE_HEARTBEAT_FILE=str(beat)) as running_process:
        await eventually(beat.exists, 40)
        pause(running_process)
        stood_still = time.time()
        await eventually(lambda: time.time() - stood_still > still)
        assert beat.stat().st_mtime <= stood_still
        running_process.send_signal(signal.SIGCONT)
        await eventually(lambda: beat.stat().st_mtime > stood_still + still)
        running_process.send_signal(signal.SIGTERM)
        assert await ended(running_process) == 0
    said = lines(log)
    # A schedule that was never due has nothing to say.
    assert said or verb == "beat"
    assert all(line["service"] == "sample" for line in said)


@pytest.mark.parametrize("verb", [*RUN_JOBS, "beat"])
async def test_a_process_that_waits_for_the_broker_lives_and_leaves_in_order(
    settings: Settings, tmp_path: Path, verb: str
) -> None:
    beat = tmp_path / "beat"
    nowhere = on_broker(settings, f"amqp://guest:guest@127.0.0.1:{free_port()}/none")
    environment = {"SAMPLE_HEARTBEAT_FILE": str(beat), "SAMPLE_TICK_EVERY": "3"}
    with process(verb, nowhere, tmp_path / "log", **environment) as waiting_process:
        await eventually(lambda: "Connection refused" in (tmp_path / "log").read_text(), 40)
        said = time.time()
        await eventually(lambda: beat.stat().st_mtime > said + EVERY)
        waiting_process.send_signal(signal.SIGTERM)
        assert await ended(waiting_process) == 0


async def test_a_scheduler_leaves_at_once_in_json_alone(service: Service, settings: Settings, tmp_path: Path) -> None:
    before = await waiting(settings, QUEUE)
    with process("beat", settings, tmp_path / "log", SAMPLE_TICK_EVERY="3") as scheduler:
        await eventually(lambda: _are_more(settings, before), 40)
        begun = time.monotonic()
        scheduler.send_signal(signal.SIGTERM)
        assert await ended(scheduler) == 0
    assert time.monotonic() - begun < 3
    assert all(line["service"] == "sample" for line in lines(tmp_path / "log"))


async def test_a_workers_figures_are_told_also_after_its_child_was_killed(
    relayed: Service, settings: Settings, tmp_path: Path
) -> None:
    port = free_port()
    with process("tasks", settings, tmp_path / "log", SAMPLE_METRICS_PORT=str(port)) as worker:
        for name in ("a", "b"):
            await enqueue(relayed, name, seconds=0)
            await eventually(lambda: _counts(port, STAMP.name), 40)
            [child] = psutil.Process(worker.pid).children()
            child.kill()


async def _counts(port: int, job: str) -> bool:
    try:
        async with httpx.AsyncClient() as http:
            told = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    except httpx.TransportError:
        return False
    return f'jobs_total{{job="{job}",outcome="done"}} 1.0' in told


@pytest.mark.slow
async def test_a_job_that_never_ends_holds_a_stop_up_to_its_hard_limit_and_comes_back(
    relayed: Service, settings: Settings, tmp_path: Path
) -> None:
    await take(settings, QUEUE)  # what a scheduler offered, which this worker would do first
    with process("tasks", settings, tmp_path / "log") as worker:
        await enqueue(relayed, "a", seconds=2)
        await eventually(lambda: scalar(relayed.database, UNDER_WAY), 40)
        [child] = psutil.Process(worker.pid).children()
        child.suspend()
        worker.send_signal(signal.SIGTERM)
        assert await ended(worker, STAMP.hard_limit + 10) == 0
    await eventually(lambda: _is_waiting(settings, 1))
    assert await effects(relayed.database, "sample.stamp") == []
