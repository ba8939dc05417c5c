"""One attempt at a job, whichever process makes it: done, asked for again by the outbox, or kept among the dead."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import telling_absence
from chassis.job_registry import Job, JobCall
from chassis.jobs.time_slots import claim
from chassis.messaging import inbox, outbox
from chassis.retry_policy import DatabaseAway, Pause, RetryAfter, ToDeadLetters, decide, log_decision
from chassis.service import Service
from chassis.tables import DeadJob
from web.observability import continue_trace, traceparent

log = logging.getLogger(__name__)

AWAITED = "job %s waits for the database"


async def perform(service: Service, call: JobCall) -> None:
    """As :func:`attempt`; while the database is away it waits, and then begins again."""
    while True:
        try:
            return await attempt(service, call)
        except DatabaseAway:
            log.warning(AWAITED, call.name)
            await service.database.wait()


async def attempt(service: Service, call: JobCall) -> None:
    """Ends once the outcome is stored. Raises DatabaseAway where it cannot be."""
    job, _ = service.jobs[call.name]
    traceparent.set(continue_trace(call.traceparent))
    outcome = "done"
    try:
        await _in_transaction(service, call)
    except Exception as error:
        await _fail(service, job, call, error)
        outcome = "failed"
    service.metrics.jobs.labels(job.name, outcome).inc()


async def _in_transaction(service: Service, call: JobCall) -> None:
    """Runs the job unless this very attempt was made before: a job whose confirm got lost is published again."""
    job, run = service.jobs[call.name]
    periodic = service.jobs.periodic(call.name)
    database = service.database
    with telling_absence():
        async with database.background, asyncio.timeout(job.time_limit), database.transaction() as session:
            if periodic:
                is_due = await claim(session, periodic.job.name, periodic.every, datetime.now(UTC))
            else:
                is_due = await inbox.record(session, service.jobs.queue, call.id)
            if is_due:
                await run(session, **call.arguments)


async def _fail(service: Service, job: Job, call: JobCall, error: Exception) -> None:
    decision = decide(error, call.attempts, job.ladder)
    if isinstance(decision, Pause):
        raise error
    if job.max_retries is None or service.jobs.periodic(job.name):
        log.error("job %s failed, a later one does its work", job.name, exc_info=error)
        return
    log_decision(log, f"job {job.name}", call.id, error, decision)
    try:
        async with service.database.transaction() as session:
            if not await inbox.record(session, service.jobs.queue, call.id):
                return
            match decision:
                case RetryAfter(delay):
                    await outbox.retry_job(session, call, delay)
                case ToDeadLetters():
                    await _keep(session, call, error)
    except Exception as unstored:
        # Passed on to Celery, it would put a job among the dead that has retries left.
        raise DatabaseAway from unstored


async def _keep(session: AsyncSession, call: JobCall, error: Exception) -> None:
    row = {"id": call.id, "job": call.name, "arguments": call.arguments, "error": repr(error)[:2000]}
    await session.execute(insert(DeadJob).values(row).on_conflict_do_nothing())
