"""What the files service learns from incidents: who may read which, and which files they name."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import Consumer
from events.incidents import (
    FileDetached,
    FilesAttached,
    IncidentDeclared,
    IncidentEvent,
    IncidentStatusChanged,
    MessagePosted,
)
from files import service

incidents = Consumer("files.incidents")


@incidents.on(IncidentDeclared, IncidentStatusChanged, MessagePosted)
async def learn(session: AsyncSession, event: IncidentEvent) -> None:
    await service.learn(session, event)


@incidents.on(FilesAttached)
async def attach(session: AsyncSession, event: FilesAttached) -> None:
    await service.learn(session, event)
    await service.attach(session, event)


@incidents.on(FileDetached)
async def detach(session: AsyncSession, event: FileDetached) -> None:
    await service.learn(session, event)
    await service.detach(session, event)


CONSUMERS = (incidents,)
