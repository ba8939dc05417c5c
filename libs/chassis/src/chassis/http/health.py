"""/livez: the process runs. /readyz: its own database answers, and the process is not about to leave. The broker's
absence takes no reads away."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.auth.rules import Public

router = APIRouter(include_in_schema=False, dependencies=[Depends(Public("probes carry no credentials"))])


@router.get("/livez")
async def livez() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    if request.app.state.draining.begun:
        return JSONResponse({"status": "draining"}, 503)
    ready = await request.app.state.database.answers()
    return JSONResponse({"status": "ready" if ready else "database away"}, 200 if ready else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
