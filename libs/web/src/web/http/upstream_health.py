"""Probes of the gateway, and whether the services behind it are there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import aiohttp
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from web.http.draining import Draining

TIMEOUT = aiohttp.ClientTimeout(total=1.0)
ASK_EVERY = 1.0


class Health:
    """``/livez``: the process runs. ``/readyz``: 200 with ``ready``, or ``degraded`` and the names of who is away.

    The gateway stays ready while services are away, even all of them: otherwise every replica would leave the load
    balancer at once, and no error page could be shown. Only draining makes it unready, as another replica takes over.
    """

    def __init__(
        self,
        http: Callable[[], aiohttp.ClientSession],
        upstreams: dict[str, str],
        draining: Draining,
    ) -> None:
        self._http = http
        self._upstreams = upstreams
        self._draining = draining
        self._asked = -ASK_EVERY
        self._known = list(upstreams)

    def routes(self) -> list[Route]:
        return [Route("/livez", self.livez), Route("/readyz", self.readyz)]

    async def livez(self, _: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"})

    async def readyz(self, _: Request) -> JSONResponse:
        if self._draining.begun:
            return JSONResponse({"status": "draining", "away": []}, 503)
        away = await self._away()
        return JSONResponse({"status": "degraded" if away else "ready", "away": away})

    async def _away(self) -> list[str]:
        """Asked at most once a second, however many balancers probe."""
        if time.monotonic() - self._asked >= ASK_EVERY:
            self._asked = time.monotonic()
            answers = await asyncio.gather(*(self._is_ready(base) for base in self._upstreams.values()))
            self._known = [name for name, ready in zip(self._upstreams, answers, strict=True) if not ready]
        return self._known

    async def _is_ready(self, base: str) -> bool:
        try:
            # Without the retries of other requests: a probe asks for the present state, and is repeated anyway.
            async with self._http().get(f"{base}/readyz", timeout=TIMEOUT, middlewares=()) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False
