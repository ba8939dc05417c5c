"""The events that the files service consumes."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import Consumer
from events.incidents import (
    FileDetached,
    FilesAttached,
    IncidentClientGiven,
    IncidentDeclared,
    IncidentShared,
    IncidentStatusChanged,
    MessagePosted,
)
from files import projections, service


def consumers() -> tuple[Consumer, ...]:
    incidents = Consumer("files.incidents")
    incidents.on(IncidentDeclared, IncidentClientGiven, IncidentShared, IncidentStatusChanged, MessagePosted)(
        projections.incident
    )
    incidents.on(FilesAttached)(attach)
    incidents.on(FileDetached)(detach)
    return (incidents,)


async def attach(session: AsyncSession, event: FilesAttached) -> None:
    await projections.incident(session, event)
    await service.attach(session, event)


async def detach(session: AsyncSession, event: FileDetached) -> None:
    await projections.incident(session, event)
    await service.detach(session, event)
