"""A worker that dies with a job under way. No other worker may share the database: its relay would publish the job to
its own vhost, and the job would kill what stands above that worker, which is the test."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest
from sample.bootstrap import build
from sample.broker import on_broker, process
from sample.settings import Settings
from sample.tasks import STAMP
from sample.testing import effects, eventually, running

from chassis.messaging import outbox
from chassis.processes import declare_topology, make_relay
from chassis.service import Service

pytestmark = pytest.mark.rabbitmq


async def stamped(service: Service) -> bool:
    return await effects(service.database, "sample.stamp") == ["survivor"]


@pytest.mark.parametrize(("verb", "victim"), [("tasks", "parent"), ("worker", "child")], ids=["tasks", "worker"])
async def test_a_job_whose_worker_is_killed_runs_in_the_next(
    service: Service, rabbitmq_vhost: str, tmp_path: Path, verb: str, victim: str
) -> None:
    settings = on_broker(cast(Settings, service.settings), rabbitmq_vhost)
    own = build(settings)
    await declare_topology(own)
    with ExitStack() as stack:
        first = stack.enter_context(process(verb, settings, tmp_path / "first"))
        async with running(make_relay(own).run()):
            async with own.database.transaction() as session:
                outbox.add_job(session, STAMP, text="survivor", kill=victim)
            assert await eventually(first.poll, 40) == -signal.SIGKILL
            stack.enter_context(process(verb, settings, tmp_path / "second"))
            await eventually(lambda: stamped(own), 40)
    await own.database.close()
