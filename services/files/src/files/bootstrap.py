"""Wires the files service."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chassis.database import Database
from chassis.service import Service, jwks
from chassis.storage.choice import open_storage
from chassis.storage.interface import ObjectStorage, StorageAway
from files import api, tasks
from files.consumers import CONSUMERS
from files.models import Base
from files.resources import Resources
from files.scanners import open_scanner
from files.settings import Settings

log = logging.getLogger(__name__)

STORE_PAUSE = 1.0
STORE_PATIENCE = 2.0


def build(settings: Settings) -> Service:
    resources = Resources(open_storage(settings), open_scanner(settings.scanner_url, settings.scanner_timeout))
    if not resources.scanner.is_virus_scanner:
        log.warning(resources.scanner.description)
    return Service(
        settings=settings,
        database=Database(settings),
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(api.uploads, api.files),
        consumers=CONSUMERS,
        jobs=tasks.registry(resources),
        keys=jwks(settings),
        resources=resources,
        lifespan=lambda: _ready(resources.storage),
    )


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
