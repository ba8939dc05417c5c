"""How every process that answers HTTP is served, and how it leaves."""

from __future__ import annotations

import logging
import os
import time
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from chassis.http.draining import Draining
from chassis.settings import ProcessSettings

log = logging.getLogger(__name__)

# Far longer than anyone who sends here keeps an idle connection (the gateway: 2 s), even on a machine that crawls:
# the side that sends must be the one to give it up, or a request meets a connection that is being closed.
KEEP_ALIVE = 30
# For requests under way once the door is closed, in seconds: a large file over a slow line. A process that has none
# leaves at once; the orchestrator's patience is this and the draining.
GRACE = 60


def server_config(app: ASGIApp, settings: ProcessSettings, **options: Any) -> uvicorn.Config:
    """Plain HTTP/1.1 at the settings' address, logs by the process's own handlers."""
    common: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": "httptools",
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE,
        "timeout_graceful_shutdown": GRACE,
    }
    return uvicorn.Config(app, **{**common, **options})


class Server(uvicorn.Server):
    """Leaves in order at the first SIGTERM or SIGINT: says so, answers on for ``drain_seconds``, closes the door, lets
    what is under way finish, ends with 0. The second signal ends it where it stands."""

    def __init__(self, config: uvicorn.Config, draining: Draining, drain_seconds: float) -> None:
        super().__init__(config)
        self._draining = draining
        self._drain_seconds = drain_seconds
        self._closes_at = 0.0

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Not remembered as the library does: raised again at the end, it would replace the exit code.
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
