"""The sample on a vhost of the test's own, its topology declared."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sample.bootstrap import build
from sample.broker import on_broker
from sample.settings import Settings

from chassis import processes
from chassis.service import Service
from devkit.harness import Harness


@pytest.fixture
def settings(harness: Harness, rabbitmq_vhost: str) -> Settings:
    held = harness.service.settings
    assert isinstance(held, Settings)
    return on_broker(held, rabbitmq_vhost)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    built = build(settings)
    await processes.declare_topology(built)
    yield built
    await built.database.close()
