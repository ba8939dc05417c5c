"""The embedded stack as the process that ``make run`` starts."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import aiohttp

from devkit.servers import process

READY_SECONDS = 90.0


class EmbeddedStack:
    kind = "embedded"

    def __init__(
        self, folder: Path, *, seed: bool = True, durable: bool = False, clock: datetime | None = None
    ) -> None:
        self.folder = folder
        self._seed = seed
        self._durable = durable
        # The moment at which the stack believes it starts.
        self._clock = clock
        self._port, self._mail_port = process.free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://localhost:{self._port}"
        self.log = folder / "devstack.log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> EmbeddedStack:
        """Ready when it returns; raises ServerFailed with the end of the log. A second start finds the data."""
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "PORT": str(self._port),
            "DEVSTACK_MAIL_PORT": str(self._mail_port),
            "DEVSTACK_DATA": str(self.folder / "data"),
            "DEVSTACK_SEED": str(self._seed).lower(),
            "DEVSTACK_DURABLE": str(self._durable).lower(),
        }
        if self._clock:
            environment["DEVSTACK_CLOCK"] = self._clock.isoformat()
        command = [sys.executable, "-m", "devstack"]
        self._process = process.spawn(command, log=self.log, death_signal="INT", env=environment, cwd=self.folder)
        await wait_ready(self.url, self._process, self.log)
        return self

    async def start_again(self) -> EmbeddedStack:
        """On the same data, by the machine's clock."""
        self._clock = None
        return await self.start()

    async def stop(self) -> int | None:
        """Ctrl-C; the exit code."""
        return await self._end(signal.SIGINT)

    async def kill(self) -> None:
        """SIGKILL, as a power cut would end it."""
        await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> int | None:
        if self._process is None:
            return None
        await asyncio.to_thread(process.end, self._process, [number], each_seconds=20)
        return self._process.returncode

    async def mailed(self, recipient: str) -> list[tuple[str, str]]:
        url = f"http://127.0.0.1:{self._mail_port}/messages"
        async with aiohttp.ClientSession() as http, http.get(url, params={"to": recipient}) as answer:
            return [(message["subject"], message["text"]) for message in await answer.json()]


async def wait_ready(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    """Until ``url``/readyz says ready; raises ServerFailed when the process ends or the time is over."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        for _ in range(int(READY_SECONDS / 0.1)):
            if running.poll() is not None:
                break
            try:
                async with http.get(f"{url}/readyz") as answer:
                    # The gateway answers 200 while some services are away, and says so.
                    if answer.status == 200 and (await answer.json()).get("status", "ready") == "ready":
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.1)
    raise process.ServerFailed(f"{url} is not ready: {process.tail(log, 30)}")
