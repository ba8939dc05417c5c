"""The lists of contracts over a million rows (BENCH_CONTRACTS) against the same over ten thousand: by SQP and by a
reseller, each filter, sort, search of one to many letters, and a deep page.

One connection asks one after the other, in turn of both sizes, so a figure is an answer's time with its counts.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from pathlib import Path

import aiohttp

from benchmarks.list_route import CONTRACTS, filled
from benchmarks.pairs import Measure, milliseconds
from benchmarks.servers import served
from devkit.harness import TestKeys, person
from devkit.servers import process

FEW = 10_000
REQUESTS = 15
PEOPLE = {"SQP": person("sqp", "SQP"), "reseller": person("reseller", "BENCH")}
VIEWS = {
    "first page": "",
    "in force": "validity=active",
    "expiring": "validity=expiring",
    "expired": "validity=expired",
    **{f"by {name}": f"sort={name}" for name in ("product_reference", "serial_number", "client", "warranty_ends_on")},
    "by end, last": "sort=-warranty_ends_on",
    "expiring by end": "validity=expiring&sort=warranty_ends_on",
    "1 letter": "q=q",
    "2 letters": "q=ts",
    "2 digits": "q=49",
    "3 letters": "q=cli",
    "common word": "q=client",
    "rare word": "q=q7777",
    "a number": "q=7777",
    "two words": "q=client+ts-77",
    "nothing": "q=introuvable",
}


async def main() -> None:
    keys = TestKeys()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        urls = []
        for count in (FEW, CONTRACTS):
            rooms = stack.enter_context(ExitStack())
            room = Path(rooms.enter_context(tempfile.TemporaryDirectory(prefix="sqp-bench-")))
            databases, settings = rooms.enter_context(filled(room, count))
            environment = {"BENCH_KEY": keys.as_json(), "BENCH_DATABASE_URL": databases.app_url}
            [port] = process.free_ports(1)
            ours = served(["-m", "benchmarks.list_ours", str(port)], port, room, environment)
            urls.append(f"{await stack.enter_async_context(ours)}/api/v1/contracts?limit=25")
        for name, who in PEOPLE.items():
            headers = {"Authorization": f"Bearer {keys.token(who, settings, now=time.time(), lifetime=3600)}"}
            for view, query in VIEWS.items():
                await measure(
                    f"{name}, {view}", [partial(milliseconds, http, f"{url}&{query}", headers) for url in urls]
                )


async def measure(label: str, asks: Sequence[Measure]) -> None:
    few, many = asks
    for ask in asks:
        await ask()
    pairs = [(await few(), await many()) for _ in range(REQUESTS)]
    small, large = ([pair[place] for pair in pairs] for place in (0, 1))
    ratio = statistics.median(large) / statistics.median(small)
    print(
        f"{label:<28} {FEW:,}: {statistics.median(small):8.1f} ms   {CONTRACTS:,}: {statistics.median(large):8.1f} ms"
        f"   worst {max(large):8.1f} ms   growth {ratio:6.2f}",
        flush=True,
    )
