"""What the routes of identity reach beside their transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from joserfc.jwk import OKPKey

from chassis.database import Database
from identity.keys import KeyRing
from identity.links import Links
from identity.passwords import Passwords
from identity.service.sessions import Origin
from identity.settings import Settings
from identity.throttling import Throttle
from identity.tokens import Tokens


@dataclass(frozen=True)
class Services:
    """``database`` is for short reads of their own: no connection is held while a password is hashed."""

    settings: Settings
    database: Database
    keys: KeyRing
    links: Links
    passwords: Passwords
    throttle: Throttle
    tokens: Tokens


async def _services(request: Request) -> Services:
    services: Services = request.app.state.resources
    return services


async def _origin(request: Request) -> Origin:
    """The peer's address as uvicorn resolved it: a proxy is believed only when the settings name it."""
    address = request.client.host if request.client else ""
    return Origin(address, request.headers.get("user-agent", ""))


async def _signing_key(services: Annotated[Services, Depends(_services)]) -> OKPKey:
    """Fetched before the route's transaction begins: it may need a connection of its own."""
    return await services.keys.signer()


ServicesDep = Annotated[Services, Depends(_services)]
SigningKey = Annotated[OKPKey, Depends(_signing_key)]
ClientInfo = Annotated[Origin, Depends(_origin)]
