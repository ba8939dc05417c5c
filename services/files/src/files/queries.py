"""What is read of files. Columns, never entities."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.sql import AnyRow
from files.access import visible
from files.models import Incident, StoredFile
from web.auth.principal import Principal

COLUMNS = (
    StoredFile.id,
    StoredFile.version,
    StoredFile.object_key,
    StoredFile.thumbnail_key,
    StoredFile.name,
    StoredFile.media_type,
    StoredFile.size,
    StoredFile.sha256,
    StoredFile.scan,
    StoredFile.incident_number,
    StoredFile.scope,
    StoredFile.created_at,
)


async def file(reader: AsyncConnection, identifier: UUID, principal: Principal) -> AnyRow | None:
    query = (
        select(*COLUMNS)
        .outerjoin(Incident, Incident.number == StoredFile.incident_number)
        .where(StoredFile.id == identifier, visible(principal))
    )
    return (await reader.execute(query)).one_or_none()
