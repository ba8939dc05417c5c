"""The renewals of a reseller with 3,000 contracts that all end within the months shown, beside its list of contracts,
in a table of a million; and SQP's, over all of them.

Both answer a first page of 25 with its counts. One connection asks one after the other, so a figure is an answer's time
and nothing waits for another.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import aiohttp
import psycopg

from benchmarks import list_route
from benchmarks.pairs import Measure, milliseconds, show
from benchmarks.servers import served
from devkit.harness import TestKeys, person
from devkit.servers import process
from events import OrganisationKind
from web import clock

CONTRACTS = 3_000
REQUESTS = 40
SALES = """
UPDATE contracts SET reseller_id = %(ours)s WHERE number::int <= %(contracts)s;
UPDATE contracts SET warranty_ends_on = current_date + (number::int %% 360), base_ends_on = current_date
    WHERE reseller_id = %(ours)s;
INSERT INTO articles (contract_number, position, designation, product_reference, serial_number, specification_url,
    picture_url) SELECT number, 0, 'Disque', 'HD-' || number::int %% 50, 'D' || number, '', '' FROM contracts
    WHERE reseller_id = %(ours)s;
INSERT INTO extension_offers (sku, applies_to_product_reference, label, months, coverage, shipping, order_cutoff)
    SELECT 'SKU-' || i, 'TS-' || i, 'Extension', 12, '', '', '' FROM generate_series(0, 499) AS i;
INSERT INTO renewals (contract_number, ends_on, reseller_id, version, state, note, order_id)
    SELECT number, warranty_ends_on, reseller_id, 1, 'proposed', 'Devis', NULL FROM contracts
        WHERE reseller_id = %(ours)s AND number::int %% 4 = 1
    UNION ALL SELECT number, warranty_ends_on - 30, reseller_id, 1, 'ordered', '', 'CMD-' || number FROM contracts
        WHERE number::int %% 40 = 2;
"""


async def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="sqp-bench-") as room,
        list_route.filled(Path(room)) as (databases, settings),
    ):
        sell(databases.owner_url)
        keys = TestKeys()
        environment = {"BENCH_KEY": keys.as_json(), "BENCH_DATABASE_URL": databases.app_url}
        environment |= {"BENCH_TODAY": clock.today().isoformat()}
        [port] = process.free_ports(1)
        kinds: tuple[OrganisationKind, ...] = ("reseller", "sqp")
        tokens: dict[str, str] = {
            kind: keys.token(person(kind, "BENCH"), settings, now=time.time(), lifetime=3600) for kind in kinds
        }
        async with (
            served(["-m", "benchmarks.list_ours", str(port)], port, Path(room), environment) as url,
            aiohttp.ClientSession() as http,
        ):
            await measure(http, f"{url}/api/v1", tokens)


def sell(url: str) -> None:
    with psycopg.connect(url) as connection:
        for statement in SALES.split(";\n"):
            if statement.strip():
                connection.execute(statement, {"ours": list_route.OURS, "contracts": CONTRACTS})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


async def measure(http: aiohttp.ClientSession, api: str, tokens: dict[str, str]) -> None:
    def asking(kind: str, path: str) -> Measure:
        return partial(milliseconds, http, f"{api}{path}", {"Authorization": f"Bearer {tokens[kind]}"})

    renewals, contracts = asking("reseller", "/renewals?limit=25"), asking("reseller", "/contracts?limit=25")
    for warming in (renewals, contracts):
        await warming()
    pairs = [(await renewals(), await contracts()) for _ in range(REQUESTS)]
    show("renewals  ms", [each for each, _ in pairs], digits=1)
    show("contracts ms", [each for _, each in pairs], digits=1)
    show("ratio", [one / other for one, other in pairs], digits=2)
    everywhere = asking("sqp", "/renewals?limit=25")
    show("SQP, all  ms", [await everywhere() for _ in range(5)], digits=0)
    middle = statistics.median(each for each, _ in pairs)
    print(f"p50 of a reseller's renewals: {middle:.1f} ms, {'under' if middle < 50 else 'OVER'} 50 ms", flush=True)
