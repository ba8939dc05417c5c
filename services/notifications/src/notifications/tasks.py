"""The background jobs of the notifications service."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.jobs import housekeeping
from chassis.jobs.registry import JobRegistry
from notifications import delivery, repository
from notifications.jobs import DELIVER, FORGET
from notifications.settings import Settings

# Files answers within seconds, and erases within a day what no incident has: a later answer will not come.
NAMED_FILES_KEPT = timedelta(days=1)


def registry(settings: Settings) -> JobRegistry:
    async def deliver_email(session: AsyncSession, email_id: str) -> None:
        await delivery.deliver(session, settings, UUID(email_id))

    async def forget(session: AsyncSession) -> None:
        """Stream items that nobody resumes from, files named a day ago; feed and mail log older than they are kept."""
        now = clock.now()
        await repository.forget_stream(session, now - settings.stream_retention)
        await repository.forget_named_files(session, now - NAMED_FILES_KEPT)
        await repository.forget_feed(session, now - settings.feed_retention)

    jobs = JobRegistry("notifications")
    housekeeping.register(jobs)
    jobs.bind(DELIVER, deliver_email)
    jobs.bind_periodic(FORGET, timedelta(minutes=15), forget)
    return jobs
