"""Wires the incidents service."""

from __future__ import annotations

from pathlib import Path

from chassis.database import Database
from chassis.service import Service, jwks
from incidents import api, tasks
from incidents.base import Base
from incidents.consumers import CONSUMERS
from incidents.settings import Settings


def build(settings: Settings) -> Service:
    return Service(
        settings=settings,
        database=Database(settings),
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(api.incidents, api.declaring),
        consumers=CONSUMERS,
        jobs=tasks.registry(),
        keys=jwks(settings),
    )
