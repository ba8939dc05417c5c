"""A page at the portal's own port and the same page by the gateway, turn and turn about: the price of the hop.

The page is the one before the log-in, for which the portal asks no service: what differs is the gateway alone.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import aiohttp

from benchmarks.hostile import started

PAGES = 400
PATH = "/connexion"


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sqp-bench-") as name:
        folder = Path(name)
        async with (
            started("portal", folder) as (_, portal),
            started("gateway", folder, rate_limited="false", portal_url=f"http://127.0.0.1:{portal}") as (_, gateway),
        ):
            own, by_gateway = await _measured([f"http://127.0.0.1:{port}" for port in (portal, gateway)])
    print(f"portal {own:.2f} ms median, by the gateway {by_gateway:.2f} ms: the hop takes {by_gateway - own:.2f} ms")


async def _measured(urls: list[str]) -> list[float]:
    """Medians in milliseconds, each on one connection that stays open."""
    taken: dict[str, list[float]] = {url: [] for url in urls}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for _ in range(PAGES):
            for url in urls:
                began = time.perf_counter()
                async with http.get(url + PATH) as answer:
                    answer.raise_for_status()
                    await answer.read()
                taken[url].append(1000 * (time.perf_counter() - began))
    return [statistics.median(times[PAGES // 10 :]) for times in taken.values()]
