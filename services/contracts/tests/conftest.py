"""The contracts service under test, and rows to register."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from contracts.bootstrap import build
from contracts.settings import Settings
from devkit.harness import Harness, back_office, settings_for
from devkit.servers.targets import PostgresTarget
from web import clock


@pytest.fixture(scope="session")
async def started(postgres_server: PostgresTarget) -> AsyncIterator[Harness]:
    settings = settings_for(Settings, postgres_server.provision("contracts"))
    async with Harness.started(settings, build) as harness:
        yield harness


@pytest.fixture
async def harness(started: Harness) -> AsyncIterator[Harness]:
    yield started
    await started.clear()


@pytest.fixture
def register(harness: Harness) -> Any:
    """``await register(number, ends_in=30, client="CLI-0001", …)`` puts a contract as the back office does."""

    async def put(number: str, *, ends_in: int = 300, started: int = 100, **changes: Any) -> None:
        today = clock.today()
        client = changes.pop("client", "CLI-0001")
        reseller = changes.pop("reseller", "REV-0001")
        name = changes.pop("client_name", f"Client {client}")
        body = {
            "product_reference": "TS-131K-1TIW",
            "serial_number": f"S{number}",
            "reseller": {"code": reseller, "name": f"Revendeur {reseller}", "email": "revendeur@sqp.example"},
            "client": {"code": client, "name": name, "email": "client@sqp.example"} if client else None,
            "starts_on": (today - timedelta(days=started)).isoformat(),
            "warranty_ends_on": (today + timedelta(days=ends_in)).isoformat(),
            "articles": [],
            **changes,
        }
        async with harness.client(back_office("contracts:write")) as http:
            answer = await http.put(f"/api/v1/backoffice/contracts/{number}", json=body)
        assert answer.status_code in (200, 201), answer.text

    return put
