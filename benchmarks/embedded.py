"""Calls and pages of the embedded stack, one after the other on one connection, as one person at `make run` sees them.

``BENCH_URL`` measures a stack that runs already, instead of one of its own.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import aiohttp

from demonstration.seeding import PASSWORD
from devstack.testing.embedded import EmbeddedStack

LOGIN = "revendeur_test"
CALLS = 60
API_PATHS = ("/api/v1/contracts", "/api/v1/coverage?serial=NAS")
PAGES = ("/connexion", "/contrats", "/incidents", "/parametres")


async def main() -> None:
    async with AsyncExitStack() as stack:
        url = os.environ.get("BENCH_URL") or await _started(stack)
        http = await stack.enter_async_context(aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()))
        opened = await _log_in(http)
        bearer = {"Authorization": f"Bearer {opened['access_token']}"}
        cookie = {"Cookie": f"__Host-session={(await _log_in(http, client='browser'))['session_token']}"}
        for path, headers in [*((path, bearer) for path in API_PATHS), *((path, cookie) for path in PAGES)]:
            median, worst = await _milliseconds(partial(_get, http, path, headers))
            print(f"{path:<32} {median:6.1f} ms median {worst:6.1f} ms 95 %", flush=True)


async def _started(stack: AsyncExitStack) -> str:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sqp-bench-")))
    embedded = EmbeddedStack(folder, durable=True)
    stack.push_async_callback(embedded.stop)
    await embedded.start()
    return embedded.url


async def _log_in(http: aiohttp.ClientSession, client: str = "api") -> dict[str, str]:
    async with http.post("/api/v1/auth/login", json={"login": LOGIN, "password": PASSWORD, "client": client}) as answer:
        answer.raise_for_status()
        opened: dict[str, str] = await answer.json()
        return opened


async def _get(http: aiohttp.ClientSession, path: str, headers: dict[str, str]) -> None:
    async with http.get(path, headers=headers, allow_redirects=False) as answer:
        await answer.read()
        if answer.status >= 500:
            raise RuntimeError(f"{answer.status} {path}")


async def _milliseconds(call: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Median and 95th percentile, after a few calls that warm it up."""
    taken = []
    for _ in range(CALLS + 5):
        started = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - started) * 1000)
    kept = sorted(taken[5:])
    return statistics.median(kept), kept[int(len(kept) * 0.95)]
