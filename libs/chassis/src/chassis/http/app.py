"""The application factory: one FastAPI app per service, the same around every service's routers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from chassis.http import health, problems
from chassis.http.middleware import EntityTags, RequestContext
from chassis.observability import Metrics
from chassis.service import Service

API_PREFIX = "/api/v1"


class Application(FastAPI):
    """A FastAPI app whose every answer, also the one to an unforeseen error, leaves through the request's context."""

    def __init__(self, *, metrics: Metrics, **options: Any) -> None:
        self._metrics = metrics
        super().__init__(**options)

    def build_middleware_stack(self) -> ASGIApp:
        # Added as a middleware it would stand inside the one that answers what nobody caught, and miss that answer.
        return RequestContext(super().build_middleware_stack(), metrics=self._metrics)


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
        max_body_size=service.settings.max_body_bytes,
    )
    app.state.settings = service.settings
    app.state.database = service.database
    app.state.verifier = service.verifier
    app.state.resources = service.resources
    app.state.metrics = service.metrics
    app.include_router(health.router)
    for router in service.root_routers:
        app.include_router(router)
    for router in service.routers:
        app.include_router(router, prefix=API_PREFIX)
    problems.install(app)
    app.add_middleware(EntityTags)
    return app
