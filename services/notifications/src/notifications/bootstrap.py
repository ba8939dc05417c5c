"""Wires the notifications service."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database
from chassis.job_registry import JobRegistry
from chassis.jobs import housekeeping
from chassis.service import Service, jwks
from notifications import api, delivery, retention, tasks
from notifications.accepted import Accepted
from notifications.consumers import consumers
from notifications.dependencies import Services
from notifications.models import Base
from notifications.settings import Settings
from notifications.stream import Hub
from web.observability import Metrics


def build(settings: Settings) -> Service:
    database, metrics = Database(settings), Metrics()
    services = Services(Hub(database, settings), delivery.Trouble(metrics.registry))
    return Service(
        settings=settings,
        database=database,
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(api.notifications,),
        consumers=consumers(),
        jobs=_jobs(settings, services),
        metrics=metrics,
        keys=jwks(settings),
        resources=services,
        lifespan=services.hub.running,
    )


def _jobs(settings: Settings, services: Services) -> JobRegistry:
    accepted = Accepted()

    async def deliver_email(session: AsyncSession, email_id: str) -> None:
        await delivery.deliver(session, settings, UUID(email_id), services.mail_trouble, accepted)

    jobs = JobRegistry("notifications")
    housekeeping.register(jobs)
    jobs.bind(tasks.DELIVER, deliver_email)
    jobs.bind_periodic(tasks.FORGET, timedelta(minutes=15), partial(retention.forget, settings=settings))
    return jobs
