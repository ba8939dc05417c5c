"""The sample on a vhost of this folder's own, and one worker for the tests that do not kill it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from sample.bootstrap import build
from sample.broker import Log, on_broker, process
from sample.settings import Settings

from chassis import processes
from chassis.service import Service
from devkit.harness import Harness
from devkit.servers.targets import RabbitMQTarget


@pytest.fixture(scope="module")
def vhost(rabbitmq_server: RabbitMQTarget) -> Iterator[str]:
    # A worker takes seconds to declare its delay queues: not once per test.
    yield rabbitmq_server.create_vhost("test-jobs")
    rabbitmq_server.delete_vhost("test-jobs")


@pytest.fixture(scope="module")
def settings(started: Harness, vhost: str) -> Settings:
    held = started.service.settings
    assert isinstance(held, Settings)
    return on_broker(held, vhost)


@pytest.fixture
async def service(harness: Harness, settings: Settings) -> AsyncIterator[Service]:
    built = build(settings)
    await processes.declare_topology(built)
    yield built
    await built.database.close()


@pytest.fixture(scope="module", params=["tasks", "worker"])
def log(request: pytest.FixtureRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    path = tmp_path_factory.mktemp("worker") / request.param
    with process(request.param, settings, path, SAMPLE_TICK_EVERY="3"):
        yield Log(path)
