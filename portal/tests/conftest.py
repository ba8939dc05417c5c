"""The portal on a real port, over real upstreams on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from devkit.fake_upstream import PublishedKeys, Site, Upstream, answer, quiet, serving, visited
from portal.bootstrap import build
from portal.settings import Settings

OpenPortal = Callable[..., AbstractAsyncContextManager[Site]]

SERVICES = ("identity", "contracts", "incidents", "files", "notifications")


@pytest.fixture(scope="session")
def keys() -> PublishedKeys:
    return PublishedKeys()


@pytest.fixture
async def upstream(keys: PublishedKeys) -> AsyncIterator[Upstream]:
    """All five services in one."""
    app = Upstream()
    app.handlers["/.well-known/jwks.json"] = answer(keys.jwks())
    async with serving(quiet(app)) as app.url:
        yield app


@pytest.fixture
def open_portal(upstream: Upstream) -> OpenPortal:
    """``async with open_portal(**settings) as portal``: a portal over ``upstream``."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[Site]:
        urls = {f"{name}_url": upstream.url for name in SERVICES}
        portal = build(Settings(environment="test", **{**urls, **settings}))
        async with visited(portal.server_config(port=0, timeout_graceful_shutdown=1)) as site:
            yield site

    return opened


@pytest.fixture
async def site(open_portal: OpenPortal) -> AsyncIterator[Site]:
    async with open_portal() as opened:
        yield opened
