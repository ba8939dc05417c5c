"""Wires the notifications service."""

from __future__ import annotations

from pathlib import Path

from chassis.database import Database
from chassis.service import Service, jwks
from notifications import api, tasks
from notifications.consumers import CONSUMERS
from notifications.models import Base
from notifications.settings import Settings
from notifications.stream import Hub


def build(settings: Settings) -> Service:
    database = Database(settings)
    hub = Hub(database, settings)
    return Service(
        settings=settings,
        database=database,
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(api.notifications,),
        consumers=CONSUMERS,
        jobs=tasks.registry(settings),
        keys=jwks(settings),
        resources=hub,
        lifespan=hub.running,
    )
