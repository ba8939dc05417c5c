"""The portal on a real port over real upstreams on the loopback, and its pages over services that a test makes up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from devkit.exchange_desk import Desk
from devkit.fake_upstream import OpenSite, PublishedKeys, Site, Upstream
from portal.bootstrap import BLUEPRINTS, build
from portal.page_request import form_token
from portal.router import Router
from portal.settings import Settings

ORIGIN = "http://localhost:8080"


@pytest.fixture
def open_portal(open_site: OpenSite) -> OpenSite:
    """``async with open_portal(**settings) as portal``: a portal over ``upstream``."""
    return partial(open_site, build, Settings)


@pytest.fixture
async def site(open_portal: OpenSite) -> AsyncIterator[Site]:
    async with open_portal() as opened:
        yield opened


@pytest.fixture
async def browser(services: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Logged in, its forms signed with the key *jeton*. A file of tests has a fixture ``services`` of its own: an
    object that answers as API client, sessions and token verifier."""
    app = Starlette(routes=Router(services, services, services, ORIGIN).routes(*BLUEPRINTS))
    headers = {"Cookie": "__Host-session=s; __Host-csrf=jeton", "Origin": ORIGIN}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers) as client:
        yield client


@pytest.fixture
def desk(upstream: Upstream, keys: PublishedKeys, site: Site) -> Desk:
    return Desk(upstream, keys, site, form_token)
