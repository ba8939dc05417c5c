"""Processes under measurement, and the load on them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from devkit.servers import apt, process
from devstack.testing.embedded import wait_ready

WRK = Path("/usr/bin/wrk")


@asynccontextmanager
async def served(arguments: list[str], port: int, folder: Path, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """The address of ``python <arguments>`` once its /readyz answers."""
    log = folder / f"{port}.log"
    running: subprocess.Popen[bytes] = process.spawn(
        [sys.executable, *arguments], log=log, env={**os.environ, **environment}, cwd=Path.cwd()
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await wait_ready(url, running, log)
        yield url
    finally:
        await asyncio.to_thread(process.end, running, [signal.SIGTERM])


async def requests_per_second(
    url: str, headers: Mapping[str, str], *, seconds: int = 6, connections: int = 16
) -> float:
    """The result of one ``wrk`` thread; raises when any answer is not 2xx."""
    wrk = apt.ensure("wrk", WRK)
    flags = [flag for name, value in headers.items() for flag in ("-H", f"{name}: {value}")]
    command = [str(wrk), "-t1", f"-c{connections}", f"-d{seconds}s", *flags, url]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout:
        raise RuntimeError(done.stdout)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout)
    return float(found[1])
