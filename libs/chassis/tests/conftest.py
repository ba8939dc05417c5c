"""The sample service, and how the tests of the chassis wait."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devkit.harness import Harness, settings_for
from devkit.servers.targets import PostgresTarget

PACKAGES = Path(__file__).parent / "packages"
sys.path.insert(0, str(PACKAGES))
# Processes that the tests start import the sample, too.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(PACKAGES), os.environ.get("PYTHONPATH"))))

from sample.bootstrap import build  # noqa: E402
from sample.settings import Settings  # noqa: E402


@pytest.fixture(scope="session")
async def started(postgres_server: PostgresTarget) -> AsyncIterator[Harness]:
    settings = settings_for(Settings, postgres_server.provision("sample"))
    async with Harness.started(settings, build) as harness:
        yield harness


@pytest.fixture
async def harness(started: Harness) -> AsyncIterator[Harness]:
    yield started
    await started.clear()
