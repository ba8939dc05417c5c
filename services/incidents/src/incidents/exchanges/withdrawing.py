"""What becomes of requests for an exchange when their incident is refused or taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import Actor
from incidents.exchanges import repository
from incidents.exchanges.errors import IncidentHasExchange
from incidents.exchanges.scene import Scene
from incidents.models import Incident


async def withdraw(session: AsyncSession, incident: Incident, by: Actor, at: datetime) -> None:
    """Cancels what was asked for. Raises IncidentHasExchange where SQP has approved one, which is to end first."""
    lines = await repository.lines(session, incident.number)
    if any(line.decision == "approved" for line in lines):
        raise IncidentHasExchange
    for line in lines:
        if line.decision == "requested":
            line.decision = "cancelled"
            Scene(session, incident, line, by, at, at).tell("cancelled")
