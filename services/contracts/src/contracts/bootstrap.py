"""Wires the contracts service."""

from __future__ import annotations

from pathlib import Path

from chassis.database import Database
from chassis.service import Service, jwks
from contracts import api, tasks
from contracts.consumers import CONSUMERS
from contracts.models import Base
from contracts.settings import Settings


def build(settings: Settings) -> Service:
    return Service(
        settings=settings,
        database=Database(settings),
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(api.contracts, api.backoffice),
        consumers=CONSUMERS,
        jobs=tasks.registry(),
        keys=jwks(settings),
    )
