"""The contracts service under test, rows to register, and a desk: what incidents tells, and what contracts answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid5

import pytest

from contracts.bootstrap import build
from contracts.settings import Settings
from devkit.harness import RESELLER, Harness, back_office, settings_for
from devkit.servers.targets import PostgresTarget
from events import organisation_id, samples
from events.incidents import ExchangeChanged
from web import clock

NAS = {"designation": "NAS", "product_reference": "TS-131K", "serial_number": "A-1"}
DISK = {"designation": "Disque", "product_reference": "ST1000", "serial_number": "D1"}
IDS = UUID("5f0d7a51-3b52-5f62-9f3b-0f2d6a1f5a10")
TODAY = clock.today()
DELIVERED = TODAY - timedelta(days=10)


def exchange(name: str, faulty: str, replacement: str | None, version: int, **changes: Any) -> ExchangeChanged:
    """Of the line ``name``, delivered ten days ago unless ``changes`` say otherwise."""
    values = {
        **samples.sample("incidents.exchange.changed.v1")["data"],
        "version": version,
        "number": "26051801",
        "contract_number": "1",
        "reseller_id": organisation_id("reseller", "REV-0001"),
        "client_id": organisation_id("client", "CLI-0001"),
        "exchange_id": uuid5(IDS, name),
        "line": 1,
        "serial_number": faulty,
        "replacement_serial_number": replacement,
        "replacement_reference": "TS-131K" if replacement else None,
        "step": "delivered",
        "dispatch": "delivered",
        "cover": "replaced",
        "replaced_on": DELIVERED,
        **changes,
    }
    return ExchangeChanged.model_validate(values)


def going(name: str, faulty: str, replacement: str | None, version: int, **changes: Any) -> ExchangeChanged:
    begun = {"step": "approved", "dispatch": "none", "cover": "in_progress", "replaced_on": None}
    return exchange(name, faulty, replacement, version, **{**begun, **changes})


CHAIN = (
    going("x", "A-1", "B1", 3, step="shipped", dispatch="shipped"),
    exchange("x", "A-1", "B1", 4, replaced_on=DELIVERED),
    going("y", "B1", None, 6, line=2, origin_line=1),
    exchange("y", "B1", "C1", 9, line=2, origin_line=1, replaced_on=TODAY, replacement_reference="TS-133"),
)


@dataclass
class Desk:
    """Exchanges of contract 1 as incidents tells them, and what contracts answers. ``CHAIN``: A-1 is exchanged for B1,
    and B1 for C1."""

    NAS: ClassVar = NAS
    DISK: ClassVar = DISK
    TODAY: ClassVar = TODAY
    DELIVERED: ClassVar = DELIVERED
    CHAIN: ClassVar = CHAIN
    exchange = staticmethod(exchange)
    going = staticmethod(going)

    harness: Harness

    async def get(self, path: str, principal: Any = RESELLER, language: str = "fr", **parameters: Any) -> Any:
        async with self.harness.client(principal, **{"Accept-Language": language}) as http:
            answer = await http.get(f"/api/v1{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def covered(self, *serials: str, on: date = TODAY) -> dict[str, Any]:
        """By serial number: whether it is covered on that day, and the reason that is given."""
        answers = {each: await self.get("/coverage", serial=each, on=on.isoformat()) for each in serials}
        return {each: (answer["covered"], answer["reason"]) for each, answer in answers.items()}


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
def desk(harness: Harness) -> Desk:
    return Desk(harness)


@pytest.fixture
def register(harness: Harness) -> Any:
    """``await register(number, ends_in=30, …)`` puts a contract as the back office does, and answers the body."""

    async def put(number: str, *, ends_in: int = 300, started: int = 100, refused: bool = False, **changes: Any) -> Any:
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
        assert answer.status_code in ((409,) if refused else (200, 201)), answer.text
        return answer.json()

    return put


@pytest.fixture
async def kit(register: Any) -> None:
    """Contract 1 covers a NAS, A-1, which is its own serial number too, and a disk."""
    await register("1", serial_number="A-1", articles=[NAS, DISK])
