"""What is kept no longer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from identity import throttling
from identity.factors import repository as factors
from identity.models import Device, LinkToken, Session, SignUpRequest
from web import clock

KEPT = timedelta(days=30)
DEVICE_KEPT = timedelta(days=365)


async def clear_away(session: AsyncSession) -> None:
    """Deletes sessions and links 30 days after they ended, requests for access that were pending for 30 days, devices
    unseen for a year, second steps and enrolments that came to nothing, and throttle counters of past windows."""
    now = clock.now()
    await session.execute(delete(Session).where(Session.expires_at < now - KEPT))
    await session.execute(delete(Device).where(Device.seen_at < now - DEVICE_KEPT))
    await session.execute(delete(LinkToken).where(LinkToken.expires_at < now - KEPT))
    undecided = (SignUpRequest.state == "pending", SignUpRequest.created_at < now - KEPT)
    await session.execute(delete(SignUpRequest).where(*undecided))
    await factors.clear_away(session, now, KEPT)
    await throttling.clear_away(session)
