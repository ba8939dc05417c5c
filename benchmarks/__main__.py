"""``python -m benchmarks [list] [relay] [renewals] … [--write]``: all of them without a name; ``--write`` puts their
rows into docs/performance.md."""

from __future__ import annotations

import asyncio
import os
import sys

from benchmarks import (
    consume,
    desk,
    embedded,
    exchanges,
    figures,
    growth,
    hop,
    hostile,
    imports,
    lag,
    list_route,
    platform,
    promise,
    relay,
    renewals,
    report,
    search,
    weights,
    writes,
)

ALL = {
    "list": list_route.main,
    "relay": relay.main,
    "consume": consume.main,
    "embedded": embedded.main,
    "hostile": hostile.main,
    "hop": hop.main,
    "promise": promise.main,
    "renewals": renewals.main,
    "exchanges": exchanges.main,
    "desk": desk.main,
    "search": search.main,
    "figures": figures.main,
    "growth": growth.main,
    "imports": imports.main,
    "lag": lag.main,
    "platform": platform.main,
    "weights": weights.main,
    "writes": writes.main,
}


async def run(names: list[str]) -> None:
    for name in names:
        print(f"\n== {name} ==", flush=True)
        await ALL[name]()


if __name__ == "__main__":
    if "--write" in sys.argv:
        os.environ[report.WRITES] = "yes"
    chosen = [name for name in sys.argv[1:] if name != "--write"] or list(ALL)
    if unknown := set(chosen) - set(ALL):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    asyncio.run(run(chosen))
