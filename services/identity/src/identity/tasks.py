"""The background jobs of the identity service.

A forgotten password and a sign-up are jobs so that the request itself does the same work, and takes the same time,
whether or not there is an account.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.jobs import housekeeping
from chassis.jobs.registry import Job, JobRegistry
from identity import keys, throttling
from identity.links import Links
from identity.models import LinkToken, Session
from identity.service import accounts, sign_up
from identity.settings import Settings

SEND_RESET_LINKS = Job("identity.send_reset_links")
SIGN_UP = Job("identity.sign_up")
ROTATE_KEYS = Job("identity.rotate_keys")
CLEAR_AWAY = Job("identity.clear_away_sessions")

KEPT = timedelta(days=30)


def registry(settings: Settings, links: Links) -> JobRegistry:
    jobs = JobRegistry("identity")
    housekeeping.register(jobs)

    async def send_reset_links(session: AsyncSession, login: str) -> None:
        await accounts.send_reset_links(session, login, links)

    async def answer_sign_up(session: AsyncSession, **wanted: Any) -> None:
        await sign_up.sign_up(session, **wanted, by_links=links)

    async def rotate_keys(session: AsyncSession) -> None:
        await keys.rotate_when_due(session, settings)

    jobs.bind(SEND_RESET_LINKS, send_reset_links)
    jobs.bind(SIGN_UP, answer_sign_up)
    jobs.bind_periodic(ROTATE_KEYS, timedelta(hours=6), rotate_keys)
    jobs.bind_periodic(CLEAR_AWAY, timedelta(hours=1), clear_away)
    return jobs


async def clear_away(session: AsyncSession) -> None:
    """Sessions and links that have been over for 30 days, counters of past windows."""
    now = clock.now()
    await session.execute(delete(Session).where(Session.expires_at < now - KEPT))
    await session.execute(delete(LinkToken).where(LinkToken.expires_at < now - KEPT))
    await throttling.clear_away(session, now - timedelta(days=1))
