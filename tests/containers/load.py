"""Continuous load on every service, with its failures."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from demonstration import caller
from demonstration.caller import Refused
from demonstration.seeding import PASSWORD

# Together well below what the gateway allows one person (100 requests a second).
PAUSE = 0.1
# A person may have a hundred unbound files; afterwards the same ones are sent again.
UPLOADS = 50
HTML = {"Accept": "text/html"}


@dataclass
class Load:
    """``done`` counts requests by kind, ``failed`` lists unexpected answers."""

    done: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Load]:
    """Reads and writes through the gateway for as long as the block lasts."""
    load = Load()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        stop = asyncio.Event()
        loops = [asyncio.create_task(_repeat(name, work, load, stop)) for name, work in _work(http, url).items()]
        try:
            yield load
        finally:
            stop.set()
            await asyncio.gather(*loops)


def _work(http: aiohttp.ClientSession, url: str) -> dict[str, Callable[[int], Awaitable[object]]]:
    reseller = caller.person(http, url, "revendeur_test", PASSWORD)

    async def page(_count: int) -> None:
        async with http.get(f"{url}/connexion", headers=HTML) as answer:
            answer.raise_for_status()
            await answer.read()

    async def message(count: int) -> object:
        [incident, *_] = (await reseller.get("/incidents"))["items"]
        path = f"/incidents/{incident['number']}/messages?thread=sqp"
        return await reseller.post(path, {"body": f"Essai {count}"}, key=f"{run} message {count}")

    run = secrets.token_hex(4)
    return {
        "contracts": lambda _count: reseller.get("/contracts"),
        "identity": lambda _count: reseller.get("/me"),
        "notifications": lambda _count: reseller.get("/notifications"),
        "message": message,
        "upload": lambda count: reseller.upload("a.log", b"x\n" * 100, "text/plain", key=f"{run} {count % UPLOADS}"),
        "page": page,
    }


async def _repeat(name: str, work: Callable[[int], Awaitable[object]], load: Load, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await work(load.done[name])
        except (aiohttp.ClientError, TimeoutError, Refused) as error:
            load.failed.append(f"{name}: {type(error).__name__} {error}")
        load.done[name] += 1
        await asyncio.sleep(PAUSE)
