"""Incidents as those who change or read them find them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.sql import AnyRow
from events.incidents import Actor
from incidents import queries, repository
from incidents.errors import IncidentNotFound
from incidents.models import Incident
from web.auth.principal import Principal


async def for_change(session: AsyncSession, number: str, by: Actor) -> Incident:
    """Its row locked. Raises IncidentNotFound, also for one that ``by`` does not see."""
    incident = await repository.find_for_change(session, number, by)
    if incident is None:
        raise IncidentNotFound(number=number)
    return incident


async def to_read(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow:
    """Its row. Raises IncidentNotFound, also for one that ``principal`` does not see."""
    row = await queries.incident(reader, number, principal)
    if row is None:
        raise IncidentNotFound(number=number)
    return row
