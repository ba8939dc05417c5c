"""Words among the texts of 100,000 messages (BENCH_MESSAGES): found in 20, in 20,000 and in nearly all of them, by SQP
and by a reseller, beside the size of the index and the lists of incidents by the same query.

One connection asks one after the other, so a figure is an answer's time, with its total, and nothing waits for another.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import aiohttp
import psycopg

from benchmarks import desk
from benchmarks.exchanges import filled
from benchmarks.pairs import milliseconds, show
from benchmarks.servers import served
from devkit.harness import TestKeys, person
from devkit.servers import process
from events import organisation_id
from web.text.prose import lexemes

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "100000"))
INCIDENTS = MESSAGES // 6
# Words of a vocabulary are as unequal as words are; one message in a hundred is a log of ten thousand characters.
VOCABULARY, LONG = 30_000, 10_000
RARE, OFTEN = 20, 20_000
REQUESTS = 40
WITHIN = 50  # ms at p50
OURS = organisation_id("reseller", "BENCH")

STAGED = """
CREATE UNLOGGED TABLE staged (message_id uuid, place int, body text, lexemes text[]);
"""
WRITTEN = """
INSERT INTO messages (id, incident_number, thread, body, at, author_id, author_name, organisation_id, organisation_kind)
SELECT message_id, (20010100001 + place %% %(incidents)s)::text,
    CASE WHEN place %% 7 = 1 THEN 'client' ELSE 'sqp' END,
    body, now() - place * interval '1 minute', md5('u')::uuid, 'Prénom Nom', md5('r')::uuid, 'reseller' FROM staged;
INSERT INTO search_texts (id, incident_number, reseller_id, part, scope, message_id, at, words)
SELECT gen_random_uuid(), number, reseller_id, 'message', thread, messages.id, at,
    array_to_tsvector(lexemes) || strip(to_tsvector('french', array_to_string(lexemes, ' ')))
FROM staged JOIN messages ON id = message_id JOIN incidents ON number = incident_number;
DROP TABLE staged
"""

INDEX = """
CREATE INDEX ix_search_texts_words ON search_texts USING gin (reseller_id, client_id, words) WITH (fastupdate = off)
"""


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sqp-bench-") as room, filled(Path(room), fill) as (databases, settings):
        keys = TestKeys()
        environment = {"BENCH_KEY": keys.as_json(), "BENCH_DATABASE_URL": databases.app_url}
        environment |= {"BENCH_SERVICE": "incidents"}
        people = {"SQP": person("sqp", "SQP"), "reseller": person("reseller", "BENCH")}
        tokens = {name: keys.token(who, settings, now=time.time(), lifetime=3600) for name, who in people.items()}
        [port] = process.free_ports(1)
        ours = served(["-m", "benchmarks.list_ours", str(port)], port, Path(room), environment)
        async with ours as url, aiohttp.ClientSession() as http:
            for name, token in tokens.items():
                await measure(http, f"{url}/api/v1", name, {"Authorization": f"Bearer {token}"})


def fill(url: str) -> None:
    started = time.monotonic()
    with psycopg.connect(url) as connection:
        connection.execute(desk.FILL.split(";\n")[0], {"incidents": INCIDENTS, "every": 32})
        # One in fifty is the reseller's of the benchmark.
        connection.execute("UPDATE incidents SET reseller_id = %s WHERE number::bigint %% 50 = 0", [OURS])
        connection.execute(STAGED)
        copying = connection.cursor().copy("COPY staged (message_id, place, body, lexemes) FROM STDIN")
        with copying as copy:
            for place, body in enumerate(bodies()):
                copy.write_row([f"{place:032x}", place, body, lexemes(body)])
        worded = time.monotonic()
        connection.execute("DROP INDEX ix_search_texts_words")
        for statement in WRITTEN.split(";\n"):
            connection.execute(statement, {"incidents": INCIDENTS})
        connection.execute(INDEX)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        sizes = {
            name: connection.execute("SELECT pg_total_relation_size(%s::regclass) / 1048576", [name]).fetchone()
            for name in ("messages", "search_texts", "ix_search_texts_words")
        }
    spent = f"worded in {worded - started:.0f} s, filled in {time.monotonic() - started:.0f} s"
    print(
        f"{MESSAGES:,} messages of {INCIDENTS:,} incidents, {spent}; MB: "
        + ", ".join(f"{name} {size[0]:,}" for name, size in sizes.items() if size),
        flush=True,
    )


def bodies() -> Iterator[str]:
    chance = random.Random(9)
    vocabulary = [_word(chance) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 1) for rank in range(VOCABULARY)]
    for place in range(MESSAGES):
        length = 1400 if place % 100 == 7 else chance.randint(8, 60)
        words = chance.choices(vocabulary, weights, k=length)
        words.insert(0, "Bonjour")
        if place % (MESSAGES // RARE) == 0:
            words.insert(length // 2, "zébulon")
        if place % (MESSAGES // OFTEN) == 0:
            words.insert(length // 2, "onduleurs")
        yield " ".join(words)[:LONG]


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bcdfglmnprstv") + chance.choice("aeiouéè") for _ in range(chance.randint(2, 5)))


async def measure(http: aiohttp.ClientSession, api: str, name: str, headers: dict[str, str]) -> None:
    asked = (
        ("20", "zebulon"),
        ("20,000", "onduleur"),
        ("20,000 as typed", "onduleurs"),
        ("20,000 by three letters", "ond"),
        ("all", "bonjour"),
        ("20,000 and all", "bonjour onduleur"),
        ("none", "introuvable"),
    )
    for found, q in asked:
        ask = partial(milliseconds, http, f"{api}/incidents/texts?limit=10&q={q}", headers)
        for _ in range(6):
            await ask()
        times = [await ask() for _ in range(REQUESTS)]
        show(f"{name}, {found} ms", times, digits=1)
        middle = statistics.median(times)
        if middle > WITHIN:
            print(f"OVER {WITHIN} ms", flush=True)
    ask = partial(milliseconds, http, f"{api}/incidents?limit=10&q=panne", headers)
    show(f"{name}, list of incidents ms", [await ask() for _ in range(REQUESTS)], digits=1)
