"""Wires the files service."""

from __future__ import annotations

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
    try:
        await storage.ensure()
    except StorageAway:
        # Metadata is served all the same; uploads answer 503 until the store is back.
        log.warning("the object store does not answer")
    yield
    await storage.close()
