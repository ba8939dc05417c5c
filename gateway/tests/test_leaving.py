"""A gateway that is told to stop, as the process that it is, with somebody on an open stream."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from starlette.types import Receive, Scope, Send

from api.upstreams import SERVICES
from devkit import short_timeouts
from devkit.fake_upstream import Upstream, start
from devkit.servers.process import free_port, spawn
from web.http import request_log

STREAM = "/api/v1/notifications/stream"
CONTRACTS = "/api/v1/contracts"
FILES = "/api/v1/files"
GATEWAY = (sys.executable, "-m", "gateway")
IMPATIENT = short_timeouts.command("gateway", grace=0.5)


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    http: aiohttp.ClientSession

    async def status(self, path: str) -> int:
        async with self.http.get(path) as got:
            return got.status

    async def until(self, path: str, status: int) -> None:
        async with asyncio.timeout(20):
            while await self._status_or_none(path) != status:
                await asyncio.sleep(0.02)

    async def _status_or_none(self, path: str) -> int | None:
        try:
            return await self.status(path)
        except aiohttp.ClientError:
            return None


@asynccontextmanager
async def gateway(
    upstream: Upstream, log: Path, drain_seconds: float, command: Sequence[str] = GATEWAY
) -> AsyncIterator[Running]:
    port = free_port()
    settings = {f"{name}_url": upstream.url for name in SERVICES}
    settings |= {"port": str(port), "environment": "test", "drain_seconds": str(drain_seconds)}
    environment = {**os.environ, **{f"GATEWAY_{name.upper()}": value for name, value in settings.items()}}
    process = spawn([*command, "api"], log=log, env=environment)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
            running = Running(process, http)
            await running.until("/readyz", 200)
            yield running
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)


async def test_it_says_so_answers_on_ends_its_streams_and_ends_with_0(upstream: Upstream, tmp_path: Path) -> None:
    async def stream(_: Scope, receive: Receive, send: Send) -> None:
        await start(send, headers={"content-type": "text/event-stream"})
        await send({"type": "http.response.body", "body": b"data: one\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    upstream.handlers[STREAM] = stream
    async with gateway(upstream, tmp_path / "log", drain_seconds=2.0) as running:
        async with running.http.get(STREAM) as page:
            assert await page.content.readany() == b"data: one\n\n"
            running.process.send_signal(signal.SIGTERM)
            # A cut answer would raise here.
            assert await asyncio.wait_for(page.content.read(), 5) == b""
        assert [await running.status(path) for path in ("/readyz", "/livez", CONTRACTS)] == [503, 200, 200]
        assert await asyncio.to_thread(running.process.wait, 10) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_a_request_under_way_is_answered(upstream: Upstream, tmp_path: Path) -> None:
    asked, free = asyncio.Event(), asyncio.Event()

    async def slow(_: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await free.wait()
        await start(send)
        await send({"type": "http.response.body", "body": b"late"})

    upstream.handlers[CONTRACTS] = slow
    async with gateway(upstream, tmp_path / "log", drain_seconds=0.0) as running:
        asking = asyncio.create_task(running.status(CONTRACTS))
        await asyncio.wait_for(asked.wait(), 5)
        running.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            while "Shutting down" not in (tmp_path / "log").read_text():
                await asyncio.sleep(0.02)
        free.set()
        assert await asking == 200
        assert await asyncio.to_thread(running.process.wait, 10) == 0


async def cut(answer: aiohttp.ClientResponse) -> None:
    """What is told to somebody whose request was given up, and may be sent again."""
    assert (answer.status, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["retry-after"]
    assert json.loads(await answer.read())["code"] == "unavailable"


async def test_a_request_that_takes_too_long_is_told_so(upstream: Upstream, tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def never(_: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        while (await receive())["type"] != "http.disconnect":
            pass

    async def ask(http: aiohttp.ClientSession) -> None:
        async with http.get(CONTRACTS) as answer:
            await cut(answer)

    upstream.handlers[CONTRACTS] = never
    async with gateway(upstream, tmp_path / "log", 0.0, IMPATIENT) as running:
        asking = asyncio.create_task(ask(running.http))
        await asyncio.wait_for(asked.wait(), 5)
        running.process.send_signal(signal.SIGTERM)
        await asking
        assert await asyncio.to_thread(running.process.wait, 10) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_an_upload_that_takes_too_long_is_told_so(upstream: Upstream, tmp_path: Path) -> None:
    async with gateway(upstream, tmp_path / "log", 0.0, IMPATIENT) as running:

        async def dripping() -> AsyncGenerator[bytes, None]:
            yield b"x"
            running.process.send_signal(signal.SIGTERM)
            while True:
                await asyncio.sleep(0.05)
                yield b"x"

        async with running.http.post(FILES, data=dripping()) as answer:
            await cut(answer)
        assert await asyncio.to_thread(running.process.wait, 10) == 0


async def test_a_problem_is_found_in_the_log_by_its_id_and_no_query_is_told(upstream: Upstream, tmp_path: Path) -> None:
    async with gateway(upstream, tmp_path / "log", 0.0) as running:
        async with running.http.get("/api/v1/nothing?token=mine-alone") as answer:
            problem = await answer.json(content_type="application/problem+json")
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(running.process.wait, 10) == 0
    log = (tmp_path / "log").read_text()
    told = [line for line in map(json.loads, log.splitlines()) if line["logger"] == request_log.log.name]
    assert [(each["request_id"], each["path"], each["status"]) for each in told] == [
        (problem["request_id"], "/api/v1/nothing", 404)
    ]
    assert "mine-alone" not in log
