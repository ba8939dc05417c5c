"""The sample's API in a process of its own, and a client of it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from devkit.fake_upstream import Upstream, answer, quiet, serving
from devkit.harness import RESELLER, Harness
from devkit.servers.process import free_port
from sample.broker import SAMPLE, process
from sample.settings import Settings
from sample.testing import eventually


@dataclass
class Api:
    """``http`` keeps its connection, and is a reseller's."""

    process: subprocess.Popen[bytes]
    http: httpx.AsyncClient
    log: Path
    port: int

    async def status(self, path: str) -> int:
        return (await self.http.get(path)).status_code

    async def is_ready(self) -> bool:
        return await self.status("/readyz") == 200

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def drains(self) -> None:
        await eventually(lambda: "draining for" in self.log.read_text())

    async def ended(self) -> int:
        await eventually(lambda: self.process.poll() is not None)
        return int(self.process.returncode)

    async def is_closed_to_newcomers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except ConnectionRefusedError:
            return True
        writer.close()
        return False


@asynccontextmanager
async def serving_api(
    harness: Harness, log: Path, command: Sequence[str] = SAMPLE, **environment: str
) -> AsyncIterator[Api]:
    """Ready, on the harness's database unless ``environment`` says otherwise, with tokens of the harness."""
    settings, identity, port = harness.service.settings, Upstream(), free_port()
    assert isinstance(settings, Settings)
    token = harness.keys.token(RESELLER, settings, now=time.time())
    identity.handlers["/jwks"] = answer({"keys": [harness.keys.private.as_dict(private=False)]})
    async with serving(quiet(identity)) as url:
        own = {"SAMPLE_PORT": str(port), "SAMPLE_JWKS_URL": f"{url}/jwks", **environment}
        with process("api", settings, log, command, **own) as running:
            headers = {"Authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
                api = Api(running, http, log, port)
                await eventually(api.is_ready)
                yield api
