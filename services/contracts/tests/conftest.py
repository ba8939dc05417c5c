"""The contracts service under test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chassis.testkit.harness import Harness, settings_for
from chassis.testkit.plugin import PostgresTarget
from contracts.bootstrap import build
from contracts.settings import Settings


@pytest.fixture(scope="session")
async def started(postgres_server: PostgresTarget) -> AsyncIterator[Harness]:
    settings = settings_for(Settings, postgres_server.provision("contracts"))
    async with Harness.started(settings, build) as harness:
        yield harness


@pytest.fixture
async def harness(started: Harness) -> AsyncIterator[Harness]:
    yield started
    await started.clear()
