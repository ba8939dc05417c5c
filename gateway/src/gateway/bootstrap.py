"""Wires the gateway."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.access import Access
from gateway.documents import Documents
from gateway.edge import Edge
from gateway.error_pages import refuse
from gateway.pages import Pages
from gateway.settings import Settings
from web.auth.tokens import JwksKeys, KeySource, TokenVerifier
from web.http.draining import Draining
from web.http.error_handlers import Refusals
from web.http.middleware import RequestContext
from web.http.process import HttpProcess
from web.http.proxy.forwarding import Proxy
from web.http.security_headers import SecurityHeaders
from web.http.upstream_client import UpstreamClient
from web.http.upstream_health import Health
from web.observability import Metrics


def build(settings: Settings, keys: KeySource | None = None) -> HttpProcess:
    """``keys`` replaces identity's published ones in tests."""
    http = UpstreamClient(settings)
    metrics = Metrics()
    draining = Draining()
    verifier = TokenVerifier(keys or JwksKeys(settings.keys_url), issuer=settings.issuer, audience=settings.audience)
    documents = Documents(http, settings.services, settings.public_url, settings.documents_cache)
    health = Health(http, settings.upstreams, draining)
    pages = Starlette(
        routes=[*health.routes(), *Pages(documents).routes()],
        exception_handlers={HTTPException: refuse, Exception: refuse},
        lifespan=http.opened,
    )
    # A redirect would lead to the host that the request itself names.
    pages.router.redirect_slashes = False
    edge = Edge(settings, Proxy(http, settings, draining), Access(verifier), pages)
    hardened = SecurityHeaders(Refusals(edge, refuse), is_https=settings.is_https)
    app = _believing(RequestContext(hardened, metrics=metrics, draining=draining), settings)
    # Forwarded headers are read inside `app`, and only from the proxies that the settings name.
    options = {"proxy_headers": False}
    return HttpProcess(settings=settings, app=app, metrics=metrics, draining=draining, options=options)


def _believing(app: ASGIApp, settings: Settings) -> ASGIApp:
    if settings.forwarded_allow_ips:
        # uvicorn types ASGI messages by TypedDicts, Starlette by mappings.
        return ProxyHeadersMiddleware(app, trusted_hosts=settings.forwarded_allow_ips)  # type: ignore[arg-type,return-value]
    return app
