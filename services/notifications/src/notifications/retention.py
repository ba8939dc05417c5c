"""What is kept no longer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from notifications import delivery, repository
from notifications.settings import Settings
from web import clock

# Files answers within seconds, and erases within a day what no incident has: a later answer will not come.
NAMED_FILES_KEPT = timedelta(days=1)


async def forget(session: AsyncSession, settings: Settings) -> None:
    """Deletes stream items, named files, feed lines and mail log that are older than they are kept. Starts e-mails
    again whose job was lost."""
    now = clock.now()
    await repository.forget_stream(session, now - settings.stream_retention)
    await repository.forget_named_files(session, now - NAMED_FILES_KEPT)
    await delivery.resume_overdue(session, settings)
    await repository.forget_feed(session, now - settings.feed_retention)
