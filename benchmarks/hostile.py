"""Hostile bodies, sent to the gateway and to one service, each a process of its own. Measures the memory that two
hundred bodies at once take, and the delay of a probe beside them and beside one body of each kind, which is the longest
time that the event loop is blocked.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from devkit.servers import process

POSTS = 200
MIB = 1024 * 1024
# Seconds; every sender gives up after it, whatever the server does.
PATIENCE = 10.0
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n'


@dataclass(frozen=True)
class Hostile:
    """``body`` is sent in pieces; ``length`` is what the head declares, None for chunks."""

    kind: str
    body: Callable[[], list[bytes]]
    length: int | None = None


def _pieces(content: bytes, size: int = 64 * 1024) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


def _whole(kind: str, content: bytes) -> Hostile:
    return Hostile(kind, lambda: _pieces(content), len(content))


FORMS = {
    "large length": Hostile(FORM, lambda: [b"a=" + b"x" * 1000], 400 * MIB),
    "endless chunks": Hostile(FORM, lambda: [b"a=" + b"x" * 65536] * 400),
    "100,000 fields": _whole(FORM, b"a=1&" * 45_000),
    "one huge field": _whole(FORM, b"a=" + b"%41" * 60_000),
    "multipart of fields": Hostile(MULTIPART, lambda: [PART + b"x" * 65536 + b"\r\n"] * 400),
    "multipart without end": Hostile(MULTIPART, lambda: [PART, *[b"\r\n--" * 16_000] * 20]),
    "slow body": Hostile(FORM, lambda: [b"a"], 1000),
}
DOCUMENTS = {
    "large length": Hostile(JSON, lambda: [b'{"a":'], 400 * MIB),
    "endless chunks": Hostile(JSON, lambda: [b" " * 65536] * 400),
    "100,000 names": _whole(JSON, json.dumps({f"k{n}": 1 for n in range(40_000)}).encode()),
    "deep": _whole(JSON, b"[" * 500_000),
    "huge text": _whole(JSON, json.dumps({"login": "é" * 80_000, "password": "x"}).encode()),
    "quotation marks": _whole(JSON, b'"' * 500_000),
    "slow body": Hostile(JSON, lambda: [b"{"], 1000),
}


# By the path that accepts them, without a log-in.
BODIES = {"/connexion": FORMS, "/api/v1/auth/login": DOCUMENTS}


@dataclass(frozen=True)
class Cost:
    """Of one process under all of them: memory in MiB at rest and at most, milliseconds that probes waited, the longest
    of them beside one body of a kind alone, and the statuses of the answers, 0 for none."""

    rest: float
    peak: float
    waits: list[float]
    alone: dict[str, float]
    statuses: Counter[int]

    def __str__(self) -> str:
        median, worst = statistics.median(self.waits), max(self.waits)
        memory = f"{self.rest:.0f} MiB at rest, {self.peak:.0f} at most"
        kind = max(self.alone, key=lambda kind: self.alone[kind])
        alone = f"beside one alone {self.alone[kind]:.0f} ({kind})"
        return f"{memory}; probes {median:.0f} ms median, {worst:.0f} worst, {alone}; answers {dict(self.statuses)}"


async def measure(pid: int, port: int, path: str) -> Cost:
    watched = psutil.Process(pid)
    rest, peaks = watched.memory_info().rss / MIB, [0.0]

    async def probe(sending: asyncio.Future[Counter[int]]) -> list[float]:
        waits = []
        while not sending.done():
            began = time.perf_counter()
            await _exchange(port, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", [])
            waits.append((time.perf_counter() - began) * 1000)
            peaks.append(watched.memory_info().rss / MIB)
            await asyncio.sleep(0.002)
        return waits

    # From another process: sending these bodies must not delay the probes.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:

        def send(kinds: list[str], times: int) -> asyncio.Future[Counter[int]]:
            return asyncio.get_running_loop().run_in_executor(pool, _send_all, port, path, kinds, times)

        kinds = list(BODIES[path])
        await send(kinds[:1], 1)
        # A slow body takes time only, no memory.
        alone = {kind: max(await probe(send([kind], 1))) for kind in kinds if kind != "slow body"}
        crowd = send(kinds, POSTS)
        return Cost(rest, max(peaks), await probe(crowd), alone, await crowd)


def _send_all(port: int, path: str, kinds: list[str], times: int) -> Counter[int]:
    bodies = BODIES[path]

    async def send() -> list[int]:
        return await asyncio.gather(*(_post(port, path, bodies[kinds[n % len(kinds)]]) for n in range(times)))

    return Counter(asyncio.run(send()))


async def _post(port: int, path: str, hostile: Hostile) -> int:
    framing = "Transfer-Encoding: chunked" if hostile.length is None else f"Content-Length: {hostile.length}"
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {hostile.kind}\r\n"
    pieces = hostile.body()
    if hostile.length is None:
        pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]
    return await _exchange(port, f"{head}{framing}\r\nConnection: close\r\n\r\n".encode(), pieces)


async def _exchange(port: int, head: bytes, pieces: list[bytes]) -> int:
    """The answer's status; 0 if the connection or the time-out ends first."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                return await _answered(reader, writer, head, pieces)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return 0


async def _answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes, pieces: list[bytes]
) -> int:
    async def send() -> None:
        for piece in (head, *pieces):
            writer.write(piece)
            await writer.drain()

    sending = asyncio.create_task(send())
    try:
        line = await reader.readline()
        return int(line.split()[1]) if line else 0
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


@asynccontextmanager
async def started(name: str, folder: Path, **settings: str) -> AsyncIterator[tuple[int, int]]:
    """Process and port of ``python -m name api``, which needs no other process for what is measured."""
    [port] = process.free_ports(1)
    own = {f"{name.upper()}_{key.upper()}": value for key, value in {"port": str(port), **settings}.items()}
    log = folder / f"{name}.log"
    running = process.spawn([sys.executable, "-m", name, "api"], log=log, env={**os.environ, **own}, cwd=folder)
    try:
        while await _exchange(port, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", []) != 200:
            if running.poll() is not None:
                raise process.ServerFailed(process.tail(log, 30))
            await asyncio.sleep(0.1)
        yield running.pid, port
    finally:
        await asyncio.to_thread(process.end, running, [signal.SIGTERM], each_seconds=5)


async def gateway(folder: Path) -> Cost:
    async with (
        started("portal", folder) as (_, behind),
        started("gateway", folder, rate_limited="false", portal_url=f"http://127.0.0.1:{behind}") as (pid, port),
    ):
        return await measure(pid, port, "/connexion")


async def portal(folder: Path) -> Cost:
    async with started("portal", folder) as (pid, port):
        return await measure(pid, port, "/connexion")


async def service(folder: Path) -> Cost:
    async with started("identity", folder) as (pid, port):
        return await measure(pid, port, "/api/v1/auth/login")


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sqp-bench-") as folder:
        print(f"gateway   {await gateway(Path(folder))}", flush=True)
        print(f"portal    {await portal(Path(folder))}", flush=True)
        print(f"identity  {await service(Path(folder))}", flush=True)
