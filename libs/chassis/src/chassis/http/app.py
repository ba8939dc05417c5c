"""The application factory: one FastAPI app per service, the same around every service's routers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from chassis import audit
from chassis.http import auditing, health, problems
from chassis.http.export_limits import MOST_OF_ONE, Exports
from chassis.service import Service
from chassis.tables import ChassisBase
from web.http.draining import Draining
from web.http.middleware import EntityTags, RequestContext, SizeRefusals
from web.http.route_access import declared_routes, describe_access, describe_refusals
from web.observability import Metrics

API_PREFIX = "/api/v1"


class Application(FastAPI):
    """A FastAPI app whose every answer, also the one to an unforeseen error, leaves through the request's context."""

    def __init__(self, *, metrics: Metrics, max_body_size: int, **options: Any) -> None:
        self._metrics = metrics
        self._limit = max_body_size
        super().__init__(max_body_size=max_body_size, **options)
        self.state.draining = Draining()

    def build_middleware_stack(self) -> ASGIApp:
        # Wrapped around the whole stack, because `add_middleware` places a middleware inside Starlette's
        # ServerErrorMiddleware: the 500 for an unhandled exception would then leave without context and metrics.
        inner = SizeRefusals(super().build_middleware_stack(), limit=self._limit)
        return RequestContext(inner, metrics=self._metrics, draining=self.state.draining, answered=audit.after)

    def openapi(self) -> dict[str, Any]:
        """The document, with who may call each operation, and how it refuses."""
        if self.openapi_schema is None:
            document = super().openapi()
            describe_access(document, declared_routes(self))
            describe_refusals(document)
        assert self.openapi_schema is not None
        return self.openapi_schema


def create_app(service: Service) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with service.lifespan():
            yield

    app = Application(
        metrics=service.metrics,
        title=f"SQP {service.name}",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # A redirect would name this process's own address, which a client outside the gateway cannot reach.
        redirect_slashes=False,
        max_body_size=service.settings.max_body_bytes,
    )
    app.state.settings = service.settings
    app.state.database = service.database
    app.state.verifier = service.verifier
    app.state.resources = service.resources
    app.state.metrics = service.metrics
    app.state.exports = Exports(max(MOST_OF_ONE + 1, service.settings.database_pool_size // 2))
    app.include_router(health.router)
    for router in service.root_routers:
        app.include_router(router)
    for router in service.routers:
        app.include_router(router, prefix=API_PREFIX)
    app.include_router(auditing.router(service.name), prefix=API_PREFIX)
    problems.install(app, service.metadata, ChassisBase.metadata)
    app.add_middleware(EntityTags)
    return app
