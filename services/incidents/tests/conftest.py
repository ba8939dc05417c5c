"""The incidents service under test, and a desk to work at."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from joserfc.jwk import OKPKey
from services.incidents.tests.desk import Desk

from devkit.harness import Harness, settings_for
from devkit.servers.targets import PostgresTarget
from incidents.bootstrap import build
from incidents.settings import Settings
from web import clock

MAIL_KEY = OKPKey.generate_key("X25519", {"kid": "mail-test", "use": "enc"})


@pytest.fixture(scope="session")
def private_mail_key() -> str:
    """What notifications opens the links of mails with."""
    return json.dumps(MAIL_KEY.as_dict(private=True))


@pytest.fixture(scope="session")
async def started(postgres_server: PostgresTarget) -> AsyncIterator[Harness]:
    public = json.dumps(MAIL_KEY.as_dict(private=False))
    settings = settings_for(Settings, postgres_server.provision("incidents"), mail_public_key=public)
    async with Harness.started(settings, build) as harness:
        yield harness


@pytest.fixture
async def harness(started: Harness) -> AsyncIterator[Harness]:
    yield started
    await started.clear()


@pytest.fixture
async def desk(harness: Harness) -> AsyncIterator[Desk]:
    """A desk where nothing is known yet."""
    desk = Desk(harness)
    yield desk
    await desk.close()


@pytest.fixture
async def open_desk(desk: Desk) -> Desk:
    """A desk where contract 29962 of REV-0001, held by CLI-0001, is in force."""
    await desk.register()
    return desk


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``at(moment)`` sets the business clock."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_clock
