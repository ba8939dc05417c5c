"""The background jobs of the contracts service."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.jobs import housekeeping
from chassis.jobs.registry import Job, JobRegistry
from contracts import reminders

REMIND = Job("contracts.remind", time_limit=600)


async def remind(session: AsyncSession) -> None:
    await reminders.remind(session)


def registry() -> JobRegistry:
    jobs = JobRegistry("contracts")
    housekeeping.register(jobs)
    jobs.bind_periodic(REMIND, timedelta(hours=1), remind)
    return jobs
