"""Runs the jobs of several services from the rows of the in-process bus, in the process's own event loop.

A row goes once its job's outcome is stored: done, asked for again in the service's outbox, or among the dead. What a
kill interrupts has its row still, and runs at the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from chassis.database import AWAY_PAUSE
from chassis.job_registry import JobCall
from chassis.jobs.attempts import perform
from chassis.service import Service
from devkit.local_bus import LocalBus, rest

log = logging.getLogger(__name__)

CONCURRENCY = 4
# Seconds: what is under way may end, then it is rolled back and runs again at the next start.
GRACE = 1.0


class LocalJobRunner:
    """The jobs of ``services``, ``concurrency`` at a time."""

    def __init__(self, services: Sequence[Service], bus: LocalBus, *, concurrency: int = CONCURRENCY) -> None:
        self._services = {name: service for service in services for name in service.jobs.runs}
        self._bus = bus
        self._concurrency = concurrency
        self._under_way: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled, and then within two seconds."""
        try:
            while True:
                self._bus.jobs_nudge.clear()
                await self._start_jobs()
                await rest(self._bus.jobs_nudge, self._bus.poll)
        finally:
            await self._end()

    async def _start_jobs(self) -> None:
        room = self._concurrency - len(self._under_way)
        try:
            calls = await self._bus.waiting_jobs(list(self._services), list(self._under_way), room) if room else []
        except (SQLAlchemyError, OSError) as error:
            log.warning("jobs wait for the bus: %s", error)
            await asyncio.sleep(AWAY_PAUSE)
            return
        for call in calls:
            self._under_way[call.id] = asyncio.create_task(self._perform(call))

    async def _perform(self, call: JobCall) -> None:
        try:
            await perform(self._services[call.name], call)
            await self._bus.job_done(call.id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("job %s will run once more: %s", call.name, error)
        finally:
            del self._under_way[call.id]
            self._bus.jobs_nudge.set()

    async def _end(self) -> None:
        running = list(self._under_way.values())
        if running:
            await asyncio.wait(running, timeout=GRACE)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
