"""Wires the sample."""

from __future__ import annotations

from pathlib import Path

from chassis.database import Database
from chassis.service import Service, jwks
from sample import api, tasks
from sample.consumers import readers
from sample.models import Base
from sample.settings import Settings


def build(settings: Settings) -> Service:
    return Service(
        settings=settings,
        database=Database(settings),
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(api.router,),
        consumers=(readers,),
        jobs=tasks.registry(settings.tick_every),
        keys=jwks(settings),
    )
