"""One service, wired: what ``bootstrap.build(settings)`` returns and every process of the service starts from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database
from chassis.job_registry import JobRegistry
from chassis.messaging.consumer import Consumer
from chassis.settings import ServiceSettings
from web.auth.tokens import JwksKeys, KeySource, TokenVerifier
from web.observability import Metrics


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


@dataclass(kw_only=True)
class Service:
    """``resources`` is the service's own typed bundle, reached from a route as ``request.app.state.resources``.

    ``root_routers`` answer outside ``/api/v1`` (``/.well-known``). ``lifespan`` runs around the API process (a poller,
    a client); ``migrations`` is the Alembic folder.
    """

    settings: ServiceSettings
    database: Database
    metadata: MetaData
    migrations: Path
    routers: Sequence[APIRouter]
    root_routers: Sequence[APIRouter] = ()
    consumers: Sequence[Consumer] = ()
    jobs: JobRegistry
    keys: KeySource
    resources: Any = None
    lifespan: Callable[[], AbstractAsyncContextManager[None]] = nothing
    republish: Callable[[AsyncSession], Any] | None = None
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def verifier(self) -> TokenVerifier:
        return TokenVerifier(self.keys, issuer=self.settings.issuer, audience=self.settings.audience)


def jwks(settings: ServiceSettings) -> KeySource:
    """Identity's public keys, as every other service gets them."""
    return JwksKeys(settings.jwks_url)
