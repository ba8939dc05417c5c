"""The list of contracts, against a bare Starlette route on the bare driver with the same SQL, on a million contracts.

Both answer one reseller's first page, newest number first, with total and counters. The bare one checks no token,
builds no model and validates nothing: the difference between the two is the cost of the chassis.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.pairs import compare
from benchmarks.report import Figure
from benchmarks.servers import requests_per_second, served
from chassis import migrate
from chassis.provision import Databases
from contracts import bootstrap
from contracts.settings import Settings
from devkit.harness import TestKeys, person, settings_for
from devkit.servers import process
from devkit.servers.postgres import Postgres
from events import organisation_id
from web import clock

CONTRACTS = int(os.environ.get("BENCH_CONTRACTS", "1000000"))
RESELLERS = 2000
OURS = organisation_id("reseller", "BENCH")

FIGURE = Figure("A reseller's list of contracts, first of a million rows", "bare Starlette, bare driver, same SQL", 0.5)

FILL = """
INSERT INTO organisations (id, kind, code, name)
SELECT md5('r' || i)::uuid, 'reseller', 'R' || i, 'Revendeur ' || i FROM generate_series(1, %(resellers)s) AS i;
"""
ROWS = """
INSERT INTO contracts (number, version, product_reference, serial_number, reseller_id, client_name, client_key,
    starts_on, base_ends_on, warranty_ends_on, extension_count, service_level, parties, search_text)
SELECT i::text, 1, 'TS-' || i %% 500, 'Q' || i, md5('r' || (1 + i %% %(resellers)s))::uuid,
    'Client ' || i %% 50000, 'client ' || i %% 50000, current_date - 400, current_date + (i %% 900 - 200),
    greatest(current_date - 399, current_date + (i %% 900 - 200)), i %% 3, '', '{}',
    i || ' ts-' || i %% 500 || ' q' || i || ' client ' || i %% 50000
FROM generate_series(1, %(contracts)s) AS i
"""


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sqp-bench-") as room, filled(Path(room)) as (databases, settings):
        await measure(Path(room), databases.app_url, settings)


@contextmanager
def filled(room: Path, contracts: int = CONTRACTS) -> Iterator[tuple[Databases, Settings]]:
    """A server with as many; the reseller of the benchmark is :data:`OURS`."""
    room.chmod(0o755)  # PostgreSQL runs as another user when we are root
    with Postgres(room / "postgres", durable=False) as server:
        databases = server.provision("contracts", owner_password="owner", app_password="app")
        settings = settings_for(Settings, databases)
        service = bootstrap.build(settings)
        migrate.upgrade(settings, service.migrations, service.metadata)
        fill(databases.owner_url, contracts)
        yield databases, settings


def fill(url: str, contracts: int) -> None:
    started = time.monotonic()
    sizes = {"resellers": RESELLERS, "contracts": contracts}
    with psycopg.connect(url) as connection:
        # The application's reseller is the first of the two thousand.
        connection.execute(FILL, sizes)
        connection.execute("DROP INDEX ix_contracts_search")
        connection.execute(ROWS, sizes)
        connection.execute(
            "CREATE INDEX ix_contracts_search ON contracts USING gin (reseller_id, search_text gin_trgm_ops)"
        )
        connection.execute(
            "INSERT INTO organisations (id, kind, code, name) VALUES (%s, 'reseller', 'BENCH', 'Revendeur')", [OURS]
        )
        connection.execute("UPDATE contracts SET reseller_id = %s WHERE reseller_id = md5('r1')::uuid", [OURS])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE contracts")
    print(
        f"{contracts:,} contracts of {RESELLERS:,} resellers, filled in {time.monotonic() - started:.0f} s", flush=True
    )


async def measure(room: Path, database_url: str, settings: Settings) -> None:
    ports = process.free_ports(2)
    keys = TestKeys()
    token = keys.token(person("reseller", "BENCH"), settings, now=time.time(), lifetime=3600)
    common = {"BENCH_KEY": keys.as_json(), "BENCH_DATABASE_URL": database_url, "BENCH_TODAY": clock.today().isoformat()}
    ours = served(["-m", "benchmarks.list_ours", str(ports[0])], ports[0], room, common)
    bare = served(["-m", "benchmarks.list_bare", str(ports[1])], ports[1], room, common)
    headers = {"Authorization": f"Bearer {token}"}
    path = "/api/v1/contracts?limit=25"
    async with ours as our_url, bare as bare_url:
        await compare(
            FIGURE,
            "requests/s",
            lambda: requests_per_second(our_url + path, headers),
            lambda: requests_per_second(bare_url + path, headers),
        )
