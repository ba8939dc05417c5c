"""The gateway on a real port, in front of real upstreams on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from devkit.fake_upstream import PublishedKeys, Site, Upstream, answer, quiet, serving, visited
from gateway.bootstrap import build
from gateway.settings import Settings

OpenEdge = Callable[..., AbstractAsyncContextManager[Site]]

UPSTREAMS = ("identity", "contracts", "incidents", "files", "notifications", "portal")


@pytest.fixture(scope="session")
def keys() -> PublishedKeys:
    return PublishedKeys()


@pytest.fixture
async def upstream(keys: PublishedKeys) -> AsyncIterator[Upstream]:
    """All five services and the portal in one."""
    app = Upstream()
    app.handlers["/.well-known/jwks.json"] = answer(keys.jwks())
    async with serving(quiet(app)) as app.url:
        yield app


@pytest.fixture
def open_edge(upstream: Upstream) -> OpenEdge:
    """``async with open_edge(**settings) as edge``: a gateway in front of ``upstream``."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[Site]:
        urls = {f"{name}_url": upstream.url for name in UPSTREAMS}
        gateway = build(Settings(environment="test", **{**urls, **settings}))
        async with visited(gateway.server_config(port=0, timeout_graceful_shutdown=1)) as site:
            yield site

    return opened


@pytest.fixture
async def edge(open_edge: OpenEdge) -> AsyncIterator[Site]:
    async with open_edge() as opened:
        yield opened
