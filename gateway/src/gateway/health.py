"""Probes of the gateway, and whether the services behind it are there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.http.draining import Draining
from chassis.observability import Metrics

TIMEOUT = aiohttp.ClientTimeout(total=1.0)


class Health:
    """``/livez``: the process runs. ``/readyz``: 200 with ``ready``, or ``degraded`` and the names of who is away.

    Only when nobody at all answers is it a 503: one missing service must not take the others off the net. And while
    this process drains: whoever balances over the gateways sends to another.
    """

    def __init__(
        self,
        http: Callable[[], aiohttp.ClientSession],
        upstreams: dict[str, str],
        metrics: Metrics,
        draining: Draining,
    ) -> None:
        self._http = http
        self._upstreams = upstreams
        self._metrics = metrics
        self._draining = draining

    def routes(self) -> list[Route]:
        return [
            Route("/livez", self.livez),
            Route("/readyz", self.readyz),
            Route("/metrics", self.metrics),
        ]

    async def livez(self, _: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"})

    async def readyz(self, _: Request) -> JSONResponse:
        if self._draining.begun:
            return JSONResponse({"status": "draining", "away": []}, 503)
        answers = await asyncio.gather(*(self._is_ready(base) for base in self._upstreams.values()))
        away = [name for name, ready in zip(self._upstreams, answers, strict=True) if not ready]
        if not away:
            return JSONResponse({"status": "ready", "away": []})
        if len(away) < len(answers):
            return JSONResponse({"status": "degraded", "away": away})
        return JSONResponse({"status": "services away", "away": away}, 503)

    async def metrics(self, _: Request) -> Response:
        return Response(generate_latest(self._metrics.registry), media_type=CONTENT_TYPE_LATEST)

    async def _is_ready(self, base: str) -> bool:
        try:
            # Asked once: the answer is about now, and whoever asks for it asks again.
            async with self._http().get(f"{base}/readyz", timeout=TIMEOUT, middlewares=()) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
