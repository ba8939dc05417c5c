"""What is read of files. Columns, never entities."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.principal import Principal
from chassis.sql import AnyRow
from files.models import Incident, StoredFile

COLUMNS = (
    StoredFile.id,
    StoredFile.version,
    StoredFile.object_key,
    StoredFile.name,
    StoredFile.media_type,
    StoredFile.size,
    StoredFile.sha256,
    StoredFile.scan,
    StoredFile.incident_number,
    StoredFile.scope,
    StoredFile.created_at,
)


def visible(principal: Principal) -> ColumnElement[bool]:
    """The uploader sees a file that no incident has; otherwise the two sides of its thread, and of a declaration all
    three."""
    own = and_(StoredFile.incident_number.is_(None), StoredFile.uploader_id == principal.user_id)
    return and_(StoredFile.stage == "stored", or_(own, _readable(principal)))


def _readable(principal: Principal) -> ColumnElement[bool]:
    organisation = principal.organisation_id
    if principal.organisation_kind == "sqp":
        return StoredFile.scope.in_(("declaration", "sqp"))
    if principal.organisation_kind == "reseller":
        return Incident.reseller_id == organisation
    if principal.organisation_kind == "client":
        return and_(Incident.client_id == organisation, StoredFile.scope.in_(("declaration", "client")))
    return false()


async def file(reader: AsyncConnection, identifier: UUID, principal: Principal) -> AnyRow | None:
    query = (
        select(*COLUMNS)
        .outerjoin(Incident, Incident.number == StoredFile.incident_number)
        .where(StoredFile.id == identifier, visible(principal))
    )
    return (await reader.execute(query)).one_or_none()
