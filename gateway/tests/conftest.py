"""The gateway on a real port, in front of real upstreams on the loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest

from devkit.fake_upstream import OpenSite, Site
from gateway.bootstrap import build
from gateway.settings import Settings


@pytest.fixture
def open_edge(open_site: OpenSite) -> OpenSite:
    """``async with open_edge(**settings) as edge``: a gateway in front of ``upstream``."""
    return partial(open_site, build, Settings)


@pytest.fixture
async def edge(open_edge: OpenSite) -> AsyncIterator[Site]:
    async with open_edge() as opened:
        yield opened
