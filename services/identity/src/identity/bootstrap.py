"""Wires the identity service."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from chassis.database import Database
from chassis.job_registry import JobRegistry
from chassis.jobs import housekeeping
from chassis.service import Service
from identity import api, keys, republish, tasks
from identity.consumers import consumers
from identity.dependencies import Services
from identity.factors import routers as factors
from identity.keys import KeyRing
from identity.links import Links
from identity.models import Base
from identity.own_lists import api as own_lists
from identity.passwords import Passwords
from identity.service import accounts, recovery, retention, sign_up
from identity.settings import Settings
from identity.throttling import Throttle
from identity.tokens import Tokens


def build(settings: Settings) -> Service:
    database = Database(settings)
    throttle = Throttle(database, settings)
    services = Services(
        settings=settings,
        database=database,
        keys=KeyRing(database, settings),
        links=Links(settings, throttle),
        passwords=Passwords(settings),
        throttle=throttle,
        tokens=Tokens(settings),
    )
    return Service(
        settings=settings,
        database=database,
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(*api.ROUTERS, *factors.ROUTERS, own_lists.router),
        root_routers=(api.WELL_KNOWN,),
        consumers=consumers(services.links),
        jobs=_jobs(services),
        keys=services.keys,
        resources=services,
        republish=republish.everything,
    )


def _jobs(services: Services) -> JobRegistry:
    jobs = JobRegistry("identity")
    housekeeping.register(jobs)
    jobs.bind(tasks.SEND_RESET_LINKS, partial(recovery.send_reset_links, by_links=services.links))
    jobs.bind(tasks.SEND_LINK_AGAIN, partial(accounts.send_link_again, by_links=services.links))
    jobs.bind(tasks.SIGN_UP, partial(sign_up.sign_up, by_links=services.links))
    rotate = partial(keys.rotate_when_due, settings=services.settings)
    jobs.bind_periodic(tasks.ROTATE_KEYS, timedelta(hours=6), rotate)
    jobs.bind_periodic(tasks.CLEAR_AWAY, timedelta(hours=1), retention.clear_away)
    return jobs
