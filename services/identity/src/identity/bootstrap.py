"""Wires the identity service."""

from __future__ import annotations

from pathlib import Path

from chassis.database import Database
from chassis.service import Service
from identity import api, consumers, republish, tasks
from identity.keys import KeyRing
from identity.links import Links
from identity.models import Base
from identity.passwords import Passwords
from identity.resources import Resources
from identity.settings import Settings
from identity.throttling import Throttle
from identity.tokens import Tokens


def build(settings: Settings) -> Service:
    database = Database(settings)
    keys = KeyRing(database, settings)
    links = Links(settings)
    return Service(
        settings=settings,
        database=database,
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=api.ROUTERS,
        root_routers=(api.WELL_KNOWN,),
        consumers=consumers.consumers(links),
        jobs=tasks.registry(settings, links),
        keys=keys,
        resources=Resources(
            settings=settings,
            database=database,
            keys=keys,
            links=links,
            passwords=Passwords(settings),
            throttle=Throttle(database, settings),
            tokens=Tokens(settings),
        ),
        republish=republish.everything,
    )
