"""Wires the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from chassis.auth.tokens import JwksKeys, KeySource, TokenVerifier
from chassis.http.draining import Draining
from chassis.http.middleware import RequestContext
from chassis.http.serving import server_config
from chassis.observability import Metrics
from gateway.access import Access
from gateway.client import open_http
from gateway.documents import Documents
from gateway.edge import Edge
from gateway.hardening import Hardening, Refusals
from gateway.health import Health
from gateway.pages import Pages
from gateway.portal.bootstrap import portal_routes, portal_site
from gateway.portal.refusals import refusing
from gateway.proxy import Proxy
from gateway.sessions import Sessions
from gateway.settings import Settings


@dataclass(kw_only=True)
class Gateway:
    """``app`` is a plain ASGI application with a lifespan; :meth:`server_config` is how it wants to be served."""

    settings: Settings
    app: ASGIApp
    metrics: Metrics
    sessions: Sessions
    draining: Draining

    def server_config(self, **overrides: Any) -> uvicorn.Config:
        """Forwarded headers are read inside ``app``, and only from the proxies that the settings name."""
        return server_config(self.app, self.settings, **{"proxy_headers": False, **overrides})


class _Http:
    """The client session, there from the start of the lifespan to its end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    def __call__(self) -> aiohttp.ClientSession:
        assert self._session is not None, "the gateway's lifespan has not begun"
        return self._session

    @asynccontextmanager
    async def opened(self, _: Starlette) -> AsyncIterator[None]:
        async with open_http(self._settings) as self._session:
            yield


def build(settings: Settings, keys: KeySource | None = None) -> Gateway:
    """``keys`` replaces identity's published ones in tests."""
    http = _Http(settings)
    metrics = Metrics()
    draining = Draining()
    verifier = TokenVerifier(keys or JwksKeys(settings.keys_url), issuer=settings.issuer, audience=settings.audience)
    exchange = f"{settings.upstreams['identity']}/api/v1/auth/exchange"
    browser = Sessions(http, exchange, keep=settings.session_cache)
    documents = Documents(http, settings.upstreams, settings.public_url, settings.documents_cache)
    health = Health(http, settings.upstreams, draining)
    site = portal_site(http, settings, browser, verifier)
    refuse = refusing(site)
    pages = Starlette(
        routes=[*health.routes(), *portal_routes(site), *Pages(documents).routes()],
        exception_handlers={HTTPException: refuse, Exception: refuse},
        lifespan=http.opened,
    )
    access = Access(verifier, browser, settings.public_origin)
    edge = Edge(settings, Proxy(http, settings, draining), access, pages)
    hardened = Hardening(Refusals(edge, refuse), is_https=settings.is_https)
    app = _believing(RequestContext(hardened, metrics=metrics, draining=draining), settings)
    return Gateway(settings=settings, app=app, metrics=metrics, sessions=browser, draining=draining)


def _believing(app: ASGIApp, settings: Settings) -> ASGIApp:
    if settings.forwarded_allow_ips:
        return ProxyHeadersMiddleware(app, trusted_hosts=settings.forwarded_allow_ips)  # type: ignore[arg-type,return-value]
    return app
