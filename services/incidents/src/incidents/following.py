"""What follows an incident: its promise of dispatch, and its place at SQP's desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from incidents.desk import service as desk
from incidents.models import Incident
from incidents.promises import service as promises


async def follow(session: AsyncSession, incident: Incident, at: datetime) -> None:
    """After the incident or an exchange on it has moved. Its row must be locked."""
    await promises.follow(session, incident, at)
    await desk.follow(session, incident, at)
