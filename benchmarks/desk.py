"""The first page of SQP's queue: 5,000 incidents to do among 160,000, beside the list of incidents in the same run.

Both answer 25 rows with their counts. One connection asks one after the other, so a figure is an answer's time and
nothing waits for another. *Next* assigns a row with every call.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import aiohttp
import psycopg

from benchmarks.exchanges import filled
from benchmarks.pairs import Measure, milliseconds, show
from benchmarks.servers import served
from devkit.harness import TestKeys, person
from devkit.servers import process

INCIDENTS, EVERY = 160_000, 32  # 5,000 open
REQUESTS = 60
WITHIN = 20  # ms at p50
# Of what is open a third is new, a third waits for an answer, a tenth has a promise, half an assignee.
FILL = """
INSERT INTO incidents (number, number_key, version, status, title, title_key, nature, description, articles,
    delivery_address, contract_number, product_reference, serial_number, starts_on, warranty_ends_on, service_level,
    reseller_id, reseller_name, client_name, declared_at, declarer_id, declarer_kind, declared_by, declared_by_name,
    search_text)
SELECT (20010100000 + i)::text, (20010100000 + i)::text, 1,
    CASE WHEN i %% %(every)s <> 0 THEN 'closed' WHEN i %% 3 = 0 THEN 'new' ELSE 'in_diagnosis' END,
    'Panne ' || i, 'panne ' || i, 'defective', '',
    jsonb_build_array(jsonb_build_object('designation', 'NAS', 'product_reference', 'TS', 'serial_number', 'Q' || i)),
    '{}', i::text, 'TS-131K', 'Q' || i, current_date - 400, current_date + 300, 'Envoi express J+1',
    md5('r' || i %% 2000)::uuid, 'Revendeur ' || i %% 2000, 'Client ' || i %% 50000, now() - i * interval '1 minute',
    md5('r' || i %% 2000)::uuid, 'reseller', md5('u')::uuid, 'Prénom Nom', i || ' panne q' || i
FROM generate_series(1, %(incidents)s) AS i;
INSERT INTO desk_items (incident_number, number_key, reseller_id, service_level, declared_at, status, revision, action,
    action_at, waiting_key, promised_on, unanswered_since, moved_at, assignee_id, assignee_name, assigned_at)
SELECT number, number_key, reseller_id, service_level, declared_at, status, revision,
    CASE WHEN status <> 'closed' THEN 'diagnose' END, CASE WHEN status <> 'closed' THEN declared_at END,
    CASE WHEN status <> 'closed' THEN 20000000000000000 + (extract(epoch FROM declared_at) * 1000000)::bigint END,
    CASE WHEN status <> 'closed' AND number::bigint / %(every)s %% 10 = 0
        THEN current_date + (number::bigint %% 3)::int - 1 END,
    CASE WHEN status = 'in_diagnosis' AND number::bigint / %(every)s %% 2 = 0 THEN declared_at + interval '1 hour' END,
    declared_at,
    CASE WHEN status <> 'closed' AND number::bigint / %(every)s %% 4 < 2 THEN md5('agent')::uuid END,
    CASE WHEN status <> 'closed' AND number::bigint / %(every)s %% 4 < 2 THEN 'Agent' END, NULL
FROM incidents
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


def fill(url: str, incidents: int = INCIDENTS) -> None:
    with psycopg.connect(url) as connection:
        for statement in FILL.split(";\n"):
            connection.execute(statement, {"incidents": incidents, "every": EVERY})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


async def measure(http: aiohttp.ClientSession, api: str) -> None:
    def asking(path: str) -> Measure:
        return partial(milliseconds, http, f"{api}{path}")

    queue, incidents, badge = asking("/desk"), asking("/incidents?limit=25&open=true"), asking("/desk/due")
    for warming in (queue, incidents, badge):
        await warming()
    pairs = [(await queue(), await incidents()) for _ in range(REQUESTS)]
    show("queue     ms", [each for each, _ in pairs], digits=1)
    show("incidents ms", [each for _, each in pairs], digits=1)
    show("ratio", [one / other for one, other in pairs], digits=2)
    show("badge     ms", [await badge() for _ in range(REQUESTS)], digits=1)
    show("next      ms", [await following(http, f"{api}/desk/next") for _ in range(REQUESTS)], digits=1)
    middle = statistics.median(each for each, _ in pairs)
    words = "under" if middle < WITHIN else "OVER"
    print(f"p50 of the queue's first page: {middle:.1f} ms, {words} {WITHIN} ms", flush=True)


async def following(http: aiohttp.ClientSession, url: str) -> float:
    begun = time.perf_counter()
    async with http.post(url, json={}) as answer:
        answer.raise_for_status()
        assert (await answer.json())["number"]
    return 1000 * (time.perf_counter() - begun)
