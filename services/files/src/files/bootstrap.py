"""Wires the files service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from chassis.database import Database
from chassis.job_registry import JobRegistry
from chassis.jobs import housekeeping
from chassis.service import Service, jwks
from chassis.storage.interface import ObjectStorage, StorageAway
from chassis.storage.settings import open_storage
from files import api, processing, service, tasks
from files.consumers import consumers
from files.dependencies import Services
from files.models import Base
from files.scanners import open_scanner
from files.settings import Settings

log = logging.getLogger(__name__)

STORE_PAUSE = 1.0
STORE_PATIENCE = 2.0


def build(settings: Settings) -> Service:
    services = Services(open_storage(settings), open_scanner(settings.scanner_url, settings.scanner_timeout))
    if not services.scanner.is_virus_scanner:
        log.warning(services.scanner.description)
    return Service(
        settings=settings,
        database=Database(settings),
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(api.uploads, api.files),
        consumers=consumers(),
        jobs=_jobs(services),
        keys=jwks(settings),
        resources=services,
        lifespan=lambda: _ready(services.storage),
    )


def _jobs(services: Services) -> JobRegistry:
    jobs = JobRegistry("files")
    housekeeping.register(jobs)
    jobs.bind(tasks.SCAN, partial(processing.scan, services))
    jobs.bind(tasks.ERASE, partial(processing.erase, services))
    jobs.bind_periodic(tasks.SWEEP, timedelta(minutes=10), service.sweep)
    jobs.bind_periodic(tasks.RESCAN, timedelta(minutes=30), service.ask_scans_again)
    return jobs


@asynccontextmanager
async def _ready(storage: ObjectStorage) -> AsyncIterator[None]:
    """Metadata is served whether the store answers or not; uploads answer 503 until it does."""
    ensuring = asyncio.create_task(_ensure(storage))
    # A store that is there is ready before the first upload.
    await asyncio.wait([ensuring], timeout=STORE_PATIENCE)
    try:
        yield
    finally:
        ensuring.cancel()
        await asyncio.gather(ensuring, return_exceptions=True)
        await storage.close()


async def _ensure(storage: ObjectStorage) -> None:
    while True:
        try:
            return await storage.ensure()
        except StorageAway:
            log.warning("the object store does not answer")
        await asyncio.sleep(STORE_PAUSE)
