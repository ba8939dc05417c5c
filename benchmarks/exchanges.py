"""SQP's list of overdue returns over 100,000 exchanges, beside its list of as many incidents, and a scanned serial.

All answer a first page of 25 with their counts. One connection asks one after the other, so a figure is an answer's
time and nothing waits for another.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import aiohttp
import psycopg

from benchmarks.pairs import Measure, milliseconds, show
from benchmarks.servers import served
from chassis import migrate
from chassis.provision import Databases
from devkit.harness import TestKeys, person, settings_for
from devkit.servers import process
from devkit.servers.postgres import Postgres
from incidents import bootstrap
from incidents.settings import Settings

EXCHANGES = 100_000
REQUESTS = 40
# Of the lines half are closed, and of the open ones a third is overdue, a third awaited, a third to be sent.
FILL = """
INSERT INTO incidents (number, number_key, version, status, title, title_key, nature, description, articles,
    delivery_address, contract_number, product_reference, serial_number, starts_on, warranty_ends_on, service_level,
    reseller_id, reseller_name, client_name, declared_at, declarer_id, declarer_kind, declared_by, declared_by_name,
    search_text)
SELECT (20010100000 + i)::text, (20010100000 + i)::text, 1, 'exchange', 'Panne ' || i, 'panne ' || i, 'defective', '',
    jsonb_build_array(jsonb_build_object('designation', 'NAS', 'product_reference', 'TS', 'serial_number', 'Q' || i)),
    '{}', i::text, 'TS-131K', 'Q' || i, current_date - 400, current_date + 300, 'Envoi express J+1',
    md5('r' || i %% 2000)::uuid, 'Revendeur ' || i %% 2000, 'Client ' || i %% 50000, now() - i * interval '1 minute',
    md5('r' || i %% 2000)::uuid, 'reseller', md5('u')::uuid, 'Prénom Nom', i || ' panne q' || i
FROM generate_series(1, %(exchanges)s) AS i;
INSERT INTO exchanges (id, incident_number, line, version, reseller_id, designation, serial_number, product_reference,
    type, decision, requested_at, replacement_serial_number, replacement_reason, dispatch, cover, return_state,
    return_due_on, return_extensions, missing, invoice_reference, replacement_return, claim_number)
SELECT md5(i::text)::uuid, (20010100000 + i)::text, 1, 1, md5('r' || i %% 2000)::uuid, 'NAS', 'Q' || i, 'TS-131K',
    'advance_exchange', CASE WHEN i %% 2 = 0 THEN 'closed' ELSE 'approved' END, now() - i * interval '1 minute',
    CASE WHEN i %% 6 < 4 THEN 'N' || i END, '', CASE WHEN i %% 6 < 4 THEN 'delivered' ELSE 'none' END, 'replaced',
    CASE WHEN i %% 2 = 0 THEN 'inspected' ELSE 'expected' END,
    CASE i %% 6 WHEN 1 THEN current_date - i %% 90 - 1 WHEN 3 THEN current_date + i %% 15 END, 0, '[]', '', 'none', ''
FROM generate_series(1, %(exchanges)s) AS i
"""


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sqp-bench-") as room, filled(Path(room), fill) as (databases, settings):
        keys = TestKeys()
        environment = {"BENCH_KEY": keys.as_json(), "BENCH_DATABASE_URL": databases.app_url}
        environment |= {"BENCH_SERVICE": "incidents"}
        token = keys.token(person("sqp", "SQP"), settings, now=time.time(), lifetime=3600)
        [port] = process.free_ports(1)
        ours = served(["-m", "benchmarks.list_ours", str(port)], port, Path(room), environment)
        async with ours as url, aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http:
            await measure(http, f"{url}/api/v1")


@contextmanager
def filled(room: Path, fill: Callable[[str], None], *, durable: bool = False) -> Iterator[tuple[Databases, Settings]]:
    room.chmod(0o755)  # PostgreSQL runs as another user when we are root
    with Postgres(room / "postgres", durable=durable) as server:
        databases = server.provision("incidents", owner_password="owner", app_password="app")
        settings = settings_for(Settings, databases)
        service = bootstrap.build(settings)
        migrate.upgrade(settings, service.migrations, service.metadata)
        fill(databases.owner_url)
        yield databases, settings


def fill(url: str) -> None:
    with psycopg.connect(url) as connection:
        for statement in FILL.split(";\n"):
            connection.execute(statement, {"exchanges": EXCHANGES})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


async def measure(http: aiohttp.ClientSession, api: str) -> None:
    def asking(path: str) -> Measure:
        return partial(milliseconds, http, f"{api}{path}")

    overdue, incidents = asking("/exchanges?stage=overdue&sort=return_due_on"), asking("/incidents?limit=25")
    scanned = asking("/exchanges?scan=Q77777")
    for warming in (overdue, incidents, scanned):
        await warming()
    pairs = [(await overdue(), await incidents()) for _ in range(REQUESTS)]
    show("overdue   ms", [each for each, _ in pairs], digits=1)
    show("incidents ms", [each for _, each in pairs], digits=1)
    show("ratio", [one / other for one, other in pairs], digits=2)
    show("scan      ms", [await scanned() for _ in range(REQUESTS)], digits=1)
    middle = statistics.median(each for each, _ in pairs)
    print(f"p50 of SQP's overdue returns: {middle:.1f} ms, {'under' if middle < 50 else 'OVER'} 50 ms", flush=True)
