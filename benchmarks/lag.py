"""From the commit in one service to the read model of another, at 100 events a second on the real stack: contracts that
contracts tells of, and the covers of incidents. Each run ends with how long the last of them took.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from datetime import timedelta

import psycopg
from pydantic import SecretStr

from benchmarks.pairs import bounded
from benchmarks.platform import real_stack
from chassis.database import Database
from chassis.messaging import outbox
from chassis.provision import Databases
from contracts.settings import Settings
from events import organisation_id
from events.contracts import ContractRegistered, Party
from web import clock

A_SECOND = 100
EVENTS = 2_000
RUNS = 3
LOOKS = 0.002  # Seconds between two looks at the read model, and so the error of a figure.
SEEN = "SELECT number FROM covers WHERE number LIKE %s"


async def main() -> None:
    medians, late, last = [], [], []
    async with real_stack() as (stack, _):
        settings = Settings(database_url=SecretStr(_driver(stack.databases["contracts"])))
        database = Database(settings)
        for run in range(RUNS + 1):
            taken = await measured(database, stack.databases["incidents"].owner_url, f"L{run}-")
            if run:  # The first warms up.
                medians.append(statistics.median(taken))
                late.append(statistics.quantiles(taken, n=100)[98])
                last.append(taken[-1])
        await database.close()
    what = f"Commit to another service's read model at {A_SECOND} events a second"
    bounded(f"{what}: median", medians, "ms", 40)
    bounded(f"{what}: p99", late, "ms", 250)
    bounded(f"{what}: the last one", last, "ms", 2000)


def _driver(databases: Databases) -> str:
    return databases.app_url.replace("postgresql://", "postgresql+psycopg://", 1)


async def measured(database: Database, url: str, mark: str) -> list[float]:
    """Milliseconds of each, in the order of their commits."""
    committed: dict[str, float] = {}
    watching = asyncio.create_task(asyncio.to_thread(seen, url, mark))
    begun = time.perf_counter()
    for place in range(EVENTS):
        await asyncio.sleep(max(0.0, begun + place / A_SECOND - time.perf_counter()))
        async with database.transaction() as session:
            outbox.add(session, contract(f"{mark}{place}"))
        committed[f"{mark}{place}"] = time.perf_counter()
    found = await watching
    return [1000 * max(0.0, found[number] - at) for number, at in committed.items()]


def seen(url: str, mark: str) -> dict[str, float]:
    """When each number was first seen in the read model."""
    found: dict[str, float] = {}
    with psycopg.connect(url, autocommit=True) as connection:
        while len(found) < EVENTS:
            numbers = connection.execute(SEEN, [f"{mark}%"]).fetchall()
            now = time.perf_counter()
            for [number] in numbers:
                found.setdefault(number, now)
            time.sleep(LOOKS)
    return found


def contract(number: str) -> ContractRegistered:
    today = clock.today()
    reseller = Party(
        organisation_id=organisation_id("reseller", "LAG"), code="LAG", name="Revendeur", email="lag@sqp.example"
    )
    return ContractRegistered(
        version=1,
        number=number,
        product_reference="TS-131K",
        serial_number=f"S{number}",
        reseller=reseller,
        client=None,
        starts_on=today,
        warranty_ends_on=today + timedelta(days=365),
        service_level="Envoi express J+1",
        articles=[],
    )
