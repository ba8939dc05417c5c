"""The figures of SQP's and a reseller's dashboards over 160,000 incidents of 400 days, beside the list of incidents in
the same run: once after VACUUM, and once more after every open incident has been written since.

5,000 incidents are open, each incident has a promise, each eighth an exchange, of which a quarter goes on. The
figures come from one answer each; one connection asks one after the other.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import aiohttp
import psycopg

from benchmarks import desk
from benchmarks.exchanges import filled
from benchmarks.pairs import Measure, milliseconds, show
from benchmarks.servers import served
from devkit.harness import TestKeys, person
from devkit.servers import process
from events import OrganisationKind, organisation_id

REQUESTS = 60
WITHIN = 50  # ms at p50
# What the desk's benchmark fills, over 400 days; a reseller of its own has 80 of each 160 open ones' incidents.
SPREAD = """
UPDATE incidents SET declared_at = now() - (number::bigint - 20010100000) * interval '3.6 minutes';
UPDATE incidents SET reseller_id = %(ours)s WHERE number::bigint %% 64 = 0;
UPDATE desk_items SET declared_at = incidents.declared_at, reseller_id = incidents.reseller_id,
    spoken_at = incidents.declared_at + number::bigint %% 40 * interval '1 hour',
    answered_at = CASE WHEN incidents.status <> 'new'
        THEN incidents.declared_at + number::bigint %% 40 * interval '1 hour' END
    FROM incidents WHERE number = incident_number;
INSERT INTO promises (incident_number, started_at, clock_start, base_day, first_dispatch_on, dispatch_on, cutoff,
    rule_version, calendar_version, paused_at, fulfilled_at, missed_at)
SELECT number, declared_at, 'declaration', declared_at::date, declared_at::date + 1, declared_at::date + 1, '16:00',
    '1', '1', NULL, CASE WHEN status = 'closed' THEN declared_at + number::bigint %% 50 * interval '1 hour' END, NULL
FROM incidents;
INSERT INTO exchanges (id, incident_number, line, version, reseller_id, designation, serial_number, product_reference,
    type, decision, requested_at, replacement_reason, dispatch, cover, return_state, return_due_on, return_extensions,
    missing, invoice_reference, replacement_return, claim_number)
SELECT md5(number)::uuid, number, 1, 1, reseller_id, 'NAS', serial_number, 'TS-131K', 'advance_exchange',
    CASE WHEN number::bigint %% 32 = 0 THEN 'approved' ELSE 'closed' END, declared_at, '', 'delivered', 'replaced',
    CASE WHEN number::bigint %% 32 = 0 THEN 'expected' ELSE 'inspected' END,
    CASE WHEN number::bigint %% 32 = 0 THEN current_date + (number::bigint %% 30)::int - 15 END, 0, '[]', '', 'none', ''
FROM incidents WHERE number::bigint %% 8 = 0
"""
REWRITE = "UPDATE incidents SET revision = revision + 1 WHERE status IN ('new', 'in_diagnosis', 'pending', 'exchange')"


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sqp-bench-") as room, filled(Path(room), fill) as (databases, settings):
        keys = TestKeys()
        environment = {"BENCH_KEY": keys.as_json(), "BENCH_DATABASE_URL": databases.app_url}
        environment |= {"BENCH_SERVICE": "incidents"}
        [port] = process.free_ports(1)
        kinds: tuple[OrganisationKind, ...] = ("sqp", "reseller")
        tokens = {kind: keys.token(person(kind, "BENCH"), settings, now=time.time(), lifetime=3600) for kind in kinds}
        ours = served(["-m", "benchmarks.list_ours", str(port)], port, Path(room), environment)
        async with ours as url, aiohttp.ClientSession() as http:
            await measure(http, f"{url}/api/v1", tokens, "after VACUUM")
            with psycopg.connect(databases.owner_url) as connection:
                connection.execute(REWRITE)
            await measure(http, f"{url}/api/v1", tokens, "every open incident written since")


def fill(url: str) -> None:
    desk.fill(url)
    with psycopg.connect(url) as connection:
        for statement in SPREAD.split(";\n"):
            connection.execute(statement, {"ours": organisation_id("reseller", "BENCH")})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


async def measure(http: aiohttp.ClientSession, api: str, tokens: dict[OrganisationKind, str], words: str) -> None:
    def asking(kind: OrganisationKind, path: str) -> Measure:
        return partial(milliseconds, http, f"{api}{path}", {"Authorization": f"Bearer {tokens[kind]}"})

    figures, own = asking("sqp", "/incidents/figures"), asking("reseller", "/incidents/figures")
    incidents = asking("sqp", "/incidents?limit=25&open=true")
    late = asking("sqp", "/incidents?limit=25&answer=later&declared_within=30")
    missed = asking("sqp", "/incidents?limit=25&promise=missed&promised_within=30")
    for warming in (figures, own, incidents, late, missed):
        await warming()
    print(words, flush=True)
    pairs = [(await figures(), await incidents()) for _ in range(REQUESTS)]
    show("SQP's figures  ms", [each for each, _ in pairs], digits=1)
    show("incidents      ms", [each for _, each in pairs], digits=1)
    show("ratio", [one / other for one, other in pairs], digits=2)
    show("a reseller's   ms", [await own() for _ in range(REQUESTS)], digits=1)
    show("answered late  ms", [await late() for _ in range(REQUESTS)], digits=1)
    show("missed         ms", [await missed() for _ in range(REQUESTS)], digits=1)
    middle = statistics.median(each for each, _ in pairs)
    state = "under" if middle < WITHIN else "OVER"
    print(f"p50 of SQP's figures: {middle:.1f} ms, {state} {WITHIN} ms", flush=True)
