"""What every service clears away: old inbox rows, sent outbox rows, expired idempotency records, past slots."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.job_registry import Job, JobRegistry

RETENTION = (
    "DELETE FROM inbox WHERE received_at < now() - interval '30 days'",
    "DELETE FROM outbox WHERE sent_at < now() - interval '7 days'",
    "DELETE FROM idempotency WHERE created_at < now() - interval '24 hours'",
    "DELETE FROM periodic_slots WHERE slot < now() - interval '30 days'",
)


async def clear_away(session: AsyncSession) -> None:
    for statement in RETENTION:
        await session.execute(text(statement))


def register(registry: JobRegistry) -> None:
    registry.bind_periodic(Job(f"{registry.service}.clear_away"), timedelta(hours=1), clear_away)
