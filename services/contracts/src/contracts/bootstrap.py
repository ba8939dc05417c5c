"""Wires the contracts service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from chassis import changes
from chassis.database import Database
from chassis.job_registry import JobRegistry
from chassis.jobs import housekeeping
from chassis.service import Service, jwks
from contracts import api, reminders, successions, tasks
from contracts.consumers import consumers
from contracts.imports import api as imports
from contracts.imports import performing
from contracts.models import Base
from contracts.renewals import api as renewals
from contracts.settings import Settings


def build(settings: Settings) -> Service:
    return Service(
        settings=settings,
        database=Database(settings),
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(api.contracts, api.backoffice, renewals.renewals, imports.uploads, imports.imports),
        consumers=consumers(),
        jobs=_jobs(),
        keys=jwks(settings),
    )


def _jobs() -> JobRegistry:
    jobs = JobRegistry("contracts")
    housekeeping.register(jobs)
    changes.register(jobs)
    jobs.bind_periodic(tasks.REMIND, timedelta(hours=1), reminders.remind)
    jobs.bind(tasks.REMIND_MORE, reminders.remind)
    jobs.bind(tasks.SETTLE, successions.settle)
    jobs.bind(tasks.IMPORT_BLOCK, performing.perform)
    jobs.bind_periodic(tasks.TIDY_IMPORTS, timedelta(minutes=5), performing.tidy)
    return jobs
