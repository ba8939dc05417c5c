"""What the files service keeps of incidents: whose each is, and which files were taken off it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.projections import upsert
from events.incidents import FileDetached, IncidentEvent
from files.models import Detachment, Incident


async def incident(session: AsyncSession, event: IncidentEvent) -> None:
    # An event of before incidents were shared names no readers; those that are known stay.
    included = {"number", "reseller_id", "client_id"} | ({"readers"} & event.model_fields_set)
    values = event.model_dump(include=included)
    await upsert(session, Incident, values, event.version)


async def detachment(session: AsyncSession, event: FileDetached) -> None:
    await upsert(session, Detachment, {"incident_number": event.number, "file_id": event.file_id}, event.version)
