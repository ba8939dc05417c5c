"""What follows an incident: its promise of dispatch, its place at SQP's desk, the serial numbers that find it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from incidents.desk import service as desk
from incidents.models import Incident
from incidents.promises import service as promises
from incidents.searching import serials


async def follow(session: AsyncSession, incident: Incident, at: datetime) -> None:
    """After the incident or an exchange on it has moved. Its row must be locked."""
    await promises.follow(session, incident, at)
    await desk.follow(session, incident, at)
    await serials.follow(session, incident)
