"""Wires the portal."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from portal import static_assets
from portal.api_client import ApiClient
from portal.error_pages import refusing
from portal.pages import (
    account,
    account_links,
    client_addresses,
    clients,
    contract,
    contracts,
    dashboard,
    declaration,
    desk,
    exchanges,
    giving,
    incidents,
    invitations,
    notifications,
    own_lists,
    proof,
    reminders,
    renewals,
    resellers,
    return_answers,
    search,
    second_step,
)
from portal.pages import settings as own_settings
from portal.passages import Passages
from portal.router import Router
from portal.sessions import Sessions
from portal.settings import Settings
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

BLUEPRINTS = (
    account.blueprint,
    second_step.blueprint,
    proof.blueprint,
    own_lists.blueprint,
    contracts.blueprint,
    contract.blueprint,
    declaration.blueprint,
    giving.blueprint,
    renewals.blueprint,
    reminders.blueprint,
    desk.saved_views.blueprint,
    desk.bulk.blueprint,
    desk.blueprint,
    dashboard.blueprint,
    incidents.blueprint,
    exchanges.blueprint,
    return_answers.blueprint,
    account_links.blueprint,
    clients.blueprint,
    invitations.blueprint,
    client_addresses.blueprint,
    resellers.blueprint,
    notifications.blueprint,
    search.blueprint,
    *own_settings.BLUEPRINTS,
)


def build(settings: Settings, keys: KeySource | None = None) -> HttpProcess:
    """``keys`` replaces identity's published ones in tests."""
    http = UpstreamClient(settings)
    metrics = Metrics()
    draining = Draining()
    verifier = TokenVerifier(keys or JwksKeys(settings.keys_url), issuer=settings.issuer, audience=settings.audience)
    browser = Sessions(http, f"{settings.upstreams['identity']}/api/v1/auth/exchange", keep=settings.session_cache)
    router = Router(ApiClient(http, settings.upstreams), browser, verifier, settings.public_origin)
    scripted = Passages(Proxy(http, settings, draining), browser, verifier, settings)
    refuse = refusing(router)
    pages = Starlette(
        routes=[
            *Health(http, settings.upstreams, draining).routes(),
            *scripted.routes(),
            static_assets.ROUTE,
            *router.routes(*BLUEPRINTS),
        ],
        exception_handlers={HTTPException: refuse, Exception: refuse},
        lifespan=http.opened,
    )
    # A redirect would lead to the host that the request itself names.
    pages.router.redirect_slashes = False
    hardened = SecurityHeaders(Refusals(pages, refuse), is_https=settings.is_https)
    app = RequestContext(hardened, metrics=metrics, draining=draining)
    return HttpProcess(settings=settings, app=app, metrics=metrics, draining=draining)
