"""The application factory: one FastAPI app per service, the same around every service's routers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from chassis.http import health, problems
from chassis.http.middleware import EntityTags, RequestContext
from chassis.service import Service

API_PREFIX = "/api/v1"


def create_app(service: Service) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with service.lifespan():
            yield

    app = FastAPI(
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
    app.add_middleware(RequestContext, metrics=service.metrics)
    return app
