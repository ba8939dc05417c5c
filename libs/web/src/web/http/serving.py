"""Serving HTTP, and graceful shutdown."""

from __future__ import annotations

import logging
import os
import time
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from web.http.connections import Connection
from web.http.draining import Draining
from web.settings import ProcessSettings

log = logging.getLogger(__name__)

# This is far longer than a client of ours keeps an idle connection (the gateway: 2 s), even on a slow machine. The
# client must be the one to close it: otherwise it may send a request on a connection that the server is closing.
KEEP_ALIVE = 30
# Seconds for requests under way after the listener is closed: a large file over a slow line. A process without such
# requests exits at once. The orchestrator's grace period is this plus the draining.
GRACE = 60
# Options of every HTTP server: HTTP/1.1, logs by the process's own handlers.
COMMON: dict[str, Any] = {
    "http": Connection,
    "ws": "none",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "timeout_keep_alive": KEEP_ALIVE,
}


def server_config(app: ASGIApp, settings: ProcessSettings, **options: Any) -> uvicorn.Config:
    """The server listens at the settings' address."""
    place = {"host": settings.host, "port": settings.port, "timeout_graceful_shutdown": GRACE}
    return uvicorn.Config(app, **{**COMMON, **place, **options})


class Server(uvicorn.Server):
    """The server shuts down at the first SIGTERM or SIGINT: it fails its readiness probe, answers for
    ``drain_seconds``, closes the listener, finishes requests under way and exits with 0. The second signal ends it at
    once."""

    def __init__(self, config: uvicorn.Config, draining: Draining, drain_seconds: float) -> None:
        super().__init__(config)
        self._draining = draining
        self._drain_seconds = drain_seconds
        self._closes_at = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # The library stores the signal; it would be raised again at the end and replace the exit code.
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if not await super().on_tick(counter):
            return False
        if not self._draining.begun:
            log.info("draining for %g s", self._drain_seconds)
            self._draining.begin()
            self._closes_at = time.monotonic() + self._drain_seconds
        return time.monotonic() >= self._closes_at
