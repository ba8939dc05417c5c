"""The background jobs of the incidents service."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.jobs import housekeeping
from chassis.jobs.registry import Job, JobRegistry
from incidents import service
from incidents.drafts import service as drafts

CLOSE_RESOLVED = Job("incidents.close_resolved", time_limit=600)
EXPIRE_DRAFTS = Job("incidents.expire_drafts")


async def close_resolved(session: AsyncSession) -> None:
    await service.close_resolved(session)


async def expire_drafts(session: AsyncSession) -> None:
    await drafts.expire(session)


def registry() -> JobRegistry:
    jobs = JobRegistry("incidents")
    housekeeping.register(jobs)
    jobs.bind_periodic(CLOSE_RESOLVED, timedelta(minutes=15), close_resolved)
    jobs.bind_periodic(EXPIRE_DRAFTS, timedelta(hours=1), expire_drafts)
    return jobs
