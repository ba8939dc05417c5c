"""/livez: the process runs. /readyz: its own database answers, and the process is not about to leave. The broker's
absence takes no reads away."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.database import Database
from web.auth.rules import Public

router = APIRouter(include_in_schema=False, dependencies=[Depends(Public("probes carry no credentials"))])


# Seconds; shorter than the time-out of the probes, so that they get an answer that says what is missing.
PATIENCE = 1.5


@router.get("/livez")
async def livez() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    if request.app.state.draining.begun:
        return JSONResponse({"status": "draining"}, 503)
    ready = await _answers(request.app.state.database)
    return JSONResponse({"status": "ready" if ready else "database away"}, 200 if ready else 503)


async def _answers(database: Database) -> bool:
    """A database that is silent is away; giving the question up may take as long as it is silent, and is not waited
    for."""
    asking = asyncio.create_task(database.answers())
    await asyncio.wait({asking}, timeout=PATIENCE)
    if not asking.done():
        asking.cancel()
        return False
    return asking.result()


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    return Response(generate_latest(request.app.state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
