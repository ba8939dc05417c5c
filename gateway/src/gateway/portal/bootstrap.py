"""Wires the portal."""

from __future__ import annotations

from collections.abc import Callable

import aiohttp
from starlette.routing import BaseRoute

from chassis.auth.tokens import TokenVerifier
from gateway.portal import scripts
from gateway.portal.backend import Backend
from gateway.portal.pages import (
    account,
    client_addresses,
    clients,
    contract,
    contracts,
    declaration,
    incidents,
    links,
    notifications,
    resellers,
    search,
)
from gateway.portal.pages import settings as own_settings
from gateway.portal.site import Site
from gateway.sessions import Sessions
from gateway.settings import Settings

SECTIONS = (
    account.section,
    contracts.section,
    contract.section,
    declaration.section,
    incidents.section,
    links.section,
    clients.section,
    client_addresses.section,
    resellers.section,
    notifications.section,
    search.section,
    *own_settings.SECTIONS,
)


def portal_site(
    http: Callable[[], aiohttp.ClientSession], settings: Settings, browser: Sessions, verifier: TokenVerifier
) -> Site:
    return Site(Backend(http, settings.upstreams), browser, verifier, settings.public_origin)


def portal_routes(site: Site) -> list[BaseRoute]:
    return [scripts.ROUTE, *site.routes(*SECTIONS)]
