"""Several processes behind a service's name: one that leaves, one that is not there yet, one that closes on us."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from starlette.types import Receive, Scope, Send

from devkit.fake_upstream import OpenSite, Site, read, start
from devkit.servers.process import free_port
from web.http import upstream_client
from web.http.draining import DRAINING_HEADER, Draining
from web.http.middleware import RequestContext
from web.http.serving import Server, server_config
from web.observability import Metrics
from web.settings import ProcessSettings

CONTRACTS = "/api/v1/contracts"
OLD, NEW = "127.0.0.1", "127.0.0.2"


class InProcess(Server):
    """Signals come by hand."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Effects:
    """What the processes of a service did, by the names that callers gave."""

    done: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)


class Replica:
    """One process of a service, as services are: it drains, on an address of its own."""

    def __init__(self, effects: Effects, host: str, port: int, drain_seconds: float = 0.3) -> None:
        self._effects = effects
        self._host = host
        draining = Draining()
        app = RequestContext(self._app, metrics=Metrics(), draining=draining)
        settings = ProcessSettings(host=host, port=port)
        config = server_config(app, settings, lifespan="off", timeout_graceful_shutdown=5)
        self._server = InProcess(config, draining, drain_seconds)
        self._task: asyncio.Task[None] | None = None

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = json.loads(await read(receive) or b'{"name": ""}')["name"]
        self._effects.done[name] += 1
        self._effects.by[self._host] += 1
        # Under load some request is always under way.
        await asyncio.sleep(0.005)
        await start(send)
        await send({"type": "http.response.body", "body": b"{}"})

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(5):
            while not self._server.started:
                await asyncio.sleep(0.005)

    async def stop(self) -> None:
        if self._task is not None and not self._task.done():
            self._server.handle_exit(signal.SIGTERM, None)
            await self._task


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for, as an orchestrator's name server knows it; others are resolved as ever."""
    known: dict[str, list[str]] = {}
    resolve = aiohttp.ThreadedResolver.resolve

    async def lookup(self: Any, host: str, port: int = 0, family: Any = 0) -> Any:
        if host not in known:
            return await resolve(self, host, port, family)
        return [entry for address in known[host] for entry in await resolve(self, address, port, family)]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", lookup)
    return known


@asynccontextmanager
async def replicas(effects: Effects, port: int, *hosts: str) -> AsyncIterator[list[Replica]]:
    async with AsyncExitStack() as stack:
        found = [Replica(effects, host, port) for host in hosts]
        for each in found:
            await each.start()
            stack.push_async_callback(each.stop)
        yield found


async def write(edge: Site, name: str) -> int:
    async with edge.http.post(CONTRACTS, json={"name": name}) as got:
        return got.status


class Load:
    """Callers who write without a pause and never repeat what failed."""

    def __init__(self, edge: Site, callers: int = 8) -> None:
        self._edge = edge
        self._callers = callers
        self._over = asyncio.Event()
        self.statuses: dict[str, int] = {}

    async def _call(self, caller: int) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            name = f"{caller}.{number}"
            self.statuses[name] = await write(self._edge, name)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Load]:
        calling = asyncio.gather(*(self._call(caller) for caller in range(self._callers)))
        try:
            yield self
        finally:
            self._over.set()
            await calling

    async def more(self, count: int = 100) -> None:
        until = len(self.statuses) + count
        async with asyncio.timeout(20):
            while len(self.statuses) < until:
                await asyncio.sleep(0.005)


async def test_a_rolling_restart_under_load_fails_no_write_and_does_none_twice(
    open_edge: OpenSite, names: dict[str, list[str]]
) -> None:
    effects, port = Effects(), free_port()
    names["contracts.test"] = [OLD]
    url = f"http://contracts.test:{port}"
    async with (
        open_edge(contracts_url=url, rate_limited=False) as edge,
        replicas(effects, port, OLD) as [current],
        Load(edge).running() as load,
    ):
        await load.more()
        for host in (NEW, OLD, NEW):
            following = Replica(effects, host, port)
            await following.start()
            # Both names are known as long as both run, and a little after.
            names["contracts.test"] = [OLD, NEW]
            await load.more()
            await current.stop()
            await load.more()
            names["contracts.test"] = [host]
            current = following
        await load.more()
    await current.stop()
    assert set(load.statuses.values()) == {200}
    assert effects.done == Counter(dict.fromkeys(load.statuses, 1))
    assert min(effects.by[OLD], effects.by[NEW]) > 50


async def test_who_says_that_it_leaves_gets_no_new_connection(open_edge: OpenSite, names: dict[str, list[str]]) -> None:
    effects, port = Effects(), free_port()
    names["contracts.test"] = [OLD, NEW]
    async with (
        replicas(effects, port, OLD, NEW) as [old, _],
        open_edge(contracts_url=f"http://contracts.test:{port}") as edge,
    ):
        old._server._draining.begin()
        for number in range(20):
            assert await write(edge, str(number)) == 200
    assert effects.by[OLD] <= 1
    assert effects.by[NEW] >= 19


async def test_the_only_one_there_is_is_used_even_when_it_leaves(open_edge: OpenSite, names: dict[str, Any]) -> None:
    effects, port = Effects(), free_port()
    names["contracts.test"] = [OLD]
    async with (
        replicas(effects, port, OLD) as [old],
        open_edge(contracts_url=f"http://contracts.test:{port}") as edge,
    ):
        old._server._draining.begin()
        assert [await write(edge, str(number)) for number in range(3)] == [200, 200, 200]


async def test_an_address_that_refuses_falls_to_the_next(open_edge: OpenSite, names: dict[str, list[str]]) -> None:
    effects, port = Effects(), free_port()
    names["contracts.test"] = [OLD, NEW]
    async with (
        replicas(effects, port, NEW),
        open_edge(contracts_url=f"http://contracts.test:{port}") as edge,
    ):
        statuses = [await write(edge, str(number)) for number in range(6)]
    assert statuses == [200] * 6
    assert effects.by == {NEW: 6}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_service_that_is_about_to_open_is_waited_for(
    open_edge: OpenSite, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    effects, port = Effects(), free_port()
    replica, refused = Replica(effects, OLD, port), asyncio.Event()
    wrap = aiohttp.TCPConnector._create_connection

    async def noticed(self: Any, *arguments: Any) -> Any:
        try:
            return await wrap(self, *arguments)
        except aiohttp.ClientConnectorError:
            refused.set()
            raise

    monkeypatch.setattr(aiohttp.TCPConnector, "_create_connection", noticed)
    monkeypatch.setattr(upstream_client, "PAUSES", (0.2,) * 50)
    async with open_edge(contracts_url=f"http://{OLD}:{port}") as edge:
        asking = asyncio.create_task(_status(edge, method))
        await asyncio.wait_for(refused.wait(), 5)
        await replica.start()
        assert await asking == 200
        await replica.stop()
    assert effects.by == {OLD: 1}


async def _status(edge: Site, method: str) -> int:
    async with edge.http.request(method, CONTRACTS) as got:
        return got.status


async def test_one_that_stays_away_is_said_to_be_within_a_second_or_two(open_edge: OpenSite) -> None:
    async with asyncio.timeout(4), open_edge(contracts_url=f"http://{OLD}:{free_port()}") as edge:
        assert await write(edge, "a") == 503


async def test_a_client_never_sees_that_a_service_leaves(open_edge: OpenSite) -> None:
    effects, port = Effects(), free_port()
    async with (
        replicas(effects, port, OLD) as [old],
        open_edge(contracts_url=f"http://{OLD}:{port}") as edge,
    ):
        old._server._draining.begin()
        async with edge.http.get(CONTRACTS) as got:
            assert got.status == 200
            assert DRAINING_HEADER not in got.headers
            assert "Connection" not in got.headers
