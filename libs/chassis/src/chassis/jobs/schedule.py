"""The schedule of a process that runs jobs itself: no broker, each periodic job is tried several times a slot."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from chassis.job_registry import JobCall, Periodic
from chassis.jobs.attempts import perform
from chassis.jobs.time_slots import tick_of
from chassis.service import Service


async def run_schedule(service: Service) -> None:
    """Until cancelled: a job under way is then rolled back together with its claim of the slot, and runs again in the
    next process."""
    async with asyncio.TaskGroup() as group:
        for periodic in service.jobs.periodics:
            group.create_task(_keep_trying(service, periodic))


async def _keep_trying(service: Service, periodic: Periodic) -> None:
    while True:
        await perform(service, JobCall(uuid4(), periodic.job.name, {}))
        await asyncio.sleep(tick_of(periodic))
