"""Incidents as those who change them find them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import Actor
from incidents import repository
from incidents.errors import IncidentNotFound
from incidents.models import Incident


async def for_change(session: AsyncSession, number: str, by: Actor) -> Incident:
    """Its row locked. Raises IncidentNotFound, also for one that ``by`` does not see."""
    incident = await repository.find_for_change(session, number, by)
    if incident is None:
        raise IncidentNotFound(number=number)
    return incident
