"""The real stack, one process per service and role, on stores of its own: what it takes at rest, how long a process
starts, what gateway and portal add to a service's answer, and how fast files come in.

Each figure stands against another of the same run: a bare process, the service alone, the store alone.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import boto3
import psutil

from benchmarks.pairs import bounded, compare, milliseconds, told
from benchmarks.report import Figure
from benchmarks.servers import requests_per_second, served
from devkit.servers import process
from devkit.servers.mail import MailCatcher
from devkit.servers.s3 import S3Access
from devkit.servers.targets import open_postgres, open_rabbitmq, open_s3
from devstack.testing import world as worlds
from devstack.testing.embedded import wait_ready
from devstack.testing.real import BUCKET, RealStack
from devstack.testing.world import World

MIB = 1024 * 1024
REST = 30.0  # Seconds without a request.
FILE = 20 * MIB
AT_ONCE = 8
STARTS = 3
# What the page of contracts asks the services for.
CALLS = ("/contracts?limit=25&sort=-number", "/notifications/unread", "/own-lists?list=contracts")
BARE = "bare FastAPI with SQLAlchemy"

STARTED = Figure("A service's process starts: seconds until it is ready", BARE, None)
MEMORY = Figure("A service's process at rest: MiB resident", BARE, None)
GATEWAY = Figure("A list through the gateway", "the service itself", 0.6)
PAGE = Figure("The page of contracts", "its calls of the API, one after the other", 2.0, rises=False)
ONE_FILE = Figure("A file of 20 MB is sent through the gateway", "put into the store", 0.6)
MANY_FILES = Figure("8 files of 20 MB are sent at once through the gateway", "put into the store", 0.6)


async def main() -> None:
    async with real_stack() as (stack, s3), aiohttp.ClientSession() as http:
        world = await worlds.make(stack, http)
        await at_rest(stack)
        await answers(stack, http, world)
        await uploads(stack, s3, world)


@asynccontextmanager
async def real_stack() -> AsyncIterator[tuple[RealStack, S3Access]]:
    with ExitStack() as servers:
        room = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="sqp-bench-")))
        await asyncio.to_thread(room.chmod, 0o755)  # PostgreSQL runs as another user when we are root
        postgres = await asyncio.to_thread(open_postgres, servers, room / "postgres")
        rabbitmq = await asyncio.to_thread(open_rabbitmq, servers, room / "rabbitmq")
        s3 = await asyncio.to_thread(open_s3, servers, room / "s3")
        async with MailCatcher() as mail:
            stack = RealStack(room / "stack", postgres, rabbitmq, s3, mail)
            try:
                yield await stack.start(), s3
            finally:
                await stack.stop()


async def at_rest(stack: RealStack) -> None:
    [port] = process.free_ports(1)
    with tempfile.TemporaryDirectory(prefix="sqp-bench-") as name:
        starts, sizes = [], []
        for _ in range(STARTS):
            own = await started_again(stack, "contracts.api")
            began = time.perf_counter()
            async with served(["-m", "benchmarks.bare_process", str(port)], port, Path(name), {}):
                starts.append((own, time.perf_counter() - began))
                [bare] = [
                    each for each in psutil.process_iter(["cmdline"]) if "benchmarks.bare_process" in each.cmdline()
                ]
                sizes.append((resident(stack.processes["contracts.api"].pid), resident(bare.pid)))
    told(STARTED, "s", starts)
    told(MEMORY, "MiB", sizes)
    watched = {name: family(running.pid) for name, running in stack.processes.items()}
    before = {name: sum(map(spent, each)) for name, each in watched.items()}
    await asyncio.sleep(REST)
    used = {name: 100 * (sum(map(spent, each)) - before[name]) / REST for name, each in watched.items()}
    print(", ".join(f"{name} {percent:.1f} %" for name, percent in used.items()), flush=True)
    bounded("All processes at rest: percent of one core", [sum(used.values())], "%", 2.0)


async def started_again(stack: RealStack, name: str) -> float:
    """Seconds from the start of the process to its readiness."""
    stack.kill(name)
    began = time.perf_counter()
    stack.launch(name)
    url = f"http://127.0.0.1:{stack.ports[name.partition('.')[0]]}"
    await wait_ready(url, stack.processes[name], stack.log(name))
    return time.perf_counter() - began


def family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def resident(pid: int) -> float:
    return sum(each.memory_info().rss for each in family(pid)) / MIB


def spent(watched: psutil.Process) -> float:
    times = watched.cpu_times()
    return float(times.user + times.system)


async def answers(stack: RealStack, http: aiohttp.ClientSession, world: World) -> None:
    async def listed(base: str) -> float:
        bearer = {"Authorization": f"Bearer {await token(http, stack.url, world)}"}
        return await requests_per_second(f"{base}/api/v1/contracts?limit=25", bearer, seconds=4)

    direct = f"http://127.0.0.1:{stack.ports['contracts']}"
    await compare(GATEWAY, "requests/s", partial(listed, stack.url), partial(listed, direct))
    bearer = {"Authorization": f"Bearer {await token(http, stack.url, world)}"}
    session = {"Cookie": f"__Host-session={await token(http, stack.url, world, client='browser')}"}
    calls = [f"{stack.url}/api/v1{call}" for call in CALLS]

    async def called() -> float:
        return sum([await milliseconds(http, call, bearer) for call in calls])

    shown = partial(milliseconds, http, f"{stack.url}/contrats", session)
    await compare(PAGE, "ms", shown, called, pairs=60, is_time=True)


async def token(http: aiohttp.ClientSession, url: str, world: World, client: str = "api") -> str:
    body = {"login": f"reseller-{world.mark.lower()}", "password": worlds.PASSWORD, "client": client}
    async with http.post(f"{url}/api/v1/auth/login", json=body) as answer:
        answer.raise_for_status()
        opened = await answer.json()
    return str(opened["session_token" if client == "browser" else "access_token"])


async def uploads(stack: RealStack, s3: S3Access, world: World) -> None:
    store = boto3.client("s3", endpoint_url=s3.url, aws_access_key_id=s3.access_key,
                         aws_secret_access_key=s3.secret_key, region_name=s3.region)  # fmt: skip
    content = os.urandom(FILE)

    async def sent() -> None:
        key = secrets.token_hex(8)
        await world.reseller.upload(f"journal-{key}.bin", content, "application/octet-stream", key=key)

    async def put() -> None:
        await asyncio.to_thread(store.put_object, Bucket=BUCKET, Key=secrets.token_hex(8), Body=content)

    for figure, count in ((ONE_FILE, 1), (MANY_FILES, AT_ONCE)):
        await compare(figure, "MB/s", partial(rate, sent, count), partial(rate, put, count))
    pids = [stack.processes[name].pid for name in ("gateway.api", "files.api")]
    rest = [resident(pid) for pid in pids]
    sending = asyncio.create_task(rate(sent, AT_ONCE))
    peaks = list(rest)
    while not sending.done():
        peaks = [max(peak, resident(pid)) for peak, pid in zip(peaks, pids, strict=True)]
        await asyncio.sleep(0.02)
    await sending
    growth = [(peak - before) / AT_ONCE for peak, before in zip(peaks, rest, strict=True)]
    bounded("Memory of gateway and files under 8 uploads of 20 MB: MiB more for each", growth, "MiB", 24.0)


async def rate(act: Callable[[], Awaitable[None]], count: int) -> float:
    """MB a second of ``count`` at once."""
    began = time.perf_counter()
    await asyncio.gather(*(act() for _ in range(count)))
    return count * FILE / 1e6 / (time.perf_counter() - began)
