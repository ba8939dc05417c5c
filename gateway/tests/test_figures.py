"""The gateway's figures: on a port of their own, because the other one is the world's."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from api.upstreams import SERVICES
from devkit.fake_upstream import Site, Upstream
from devkit.servers.process import free_ports, spawn

COUNTED = 'http_requests_total{method="GET",route="/api/v1/contracts",status="200"} 3.0'


@pytest.fixture
async def addresses(upstream: Upstream, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """Of a gateway that runs: the world's, and Prometheus's."""
    port, figures = free_ports(2)
    settings = {f"{name}_url": upstream.url for name in SERVICES}
    settings |= {"port": str(port), "metrics_port": str(figures), "environment": "test"}
    environment = {**os.environ, **{f"GATEWAY_{name.upper()}": value for name, value in settings.items()}}
    process = spawn([sys.executable, "-m", "gateway", "api"], log=tmp_path / "log", env=environment)
    yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{figures}"
    process.kill()
    await asyncio.to_thread(process.wait)


async def test_figures_count_by_prefix_and_never_by_record(addresses: tuple[str, str]) -> None:
    world, prometheus = addresses
    async with aiohttp.ClientSession() as http:
        await _answers(http, world)
        for number in range(3):
            async with http.get(f"{world}/api/v1/contracts/{number}") as got:
                assert got.status == 200
        # A request is counted after its answer has been sent.
        async with asyncio.timeout(10):
            while COUNTED not in await _read(http, f"{prometheus}/metrics"):
                pass


async def _read(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as got:
        return await got.text()


async def _answers(http: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                async with http.get(f"{url}/livez") as got:
                    got.raise_for_status()
                    return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "/metrics/"])
async def test_the_world_is_told_none(edge: Site, path: str) -> None:
    got = await edge.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert b"http_requests_total" not in got
