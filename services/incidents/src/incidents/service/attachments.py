"""Files are named by an incident or a message, and taken off it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import incidents as schemas
from chassis import audit
from events.incidents import Actor, Scope
from incidents import access, event_mapper, feed, repository
from incidents.errors import AttachmentNotFound, FileAlreadyAttached
from incidents.exchanges import repository as exchanges
from incidents.exchanges.return_errors import CertificateIsNamed
from incidents.models import Attachment, Incident
from incidents.searching import repository as searching
from incidents.service.loading import for_change
from web import clock


async def attach(
    session: AsyncSession, number: str, wanted: schemas.FilesCreate, by: Actor
) -> tuple[Incident, Sequence[Attachment]]:
    incident = await for_change(session, number, by)
    access.require_attachable(incident, wanted.scope, by)
    access.require_open(incident, wanted.scope)
    return incident, await attach_to(session, incident, wanted.file_ids, wanted.scope, by, clock.now())


async def detach(session: AsyncSession, number: str, file_id: UUID, by: Actor) -> None:
    """Takes a file off the incident; the files service then erases it."""
    incident = await for_change(session, number, by)
    attachment = await repository.shown_attachment(session, number, file_id)
    readable = access.scopes(by.organisation_kind, incident.client_id)
    if attachment is None or attachment.scope not in readable:
        raise AttachmentNotFound
    access.require_file_owner(incident, attachment, by)
    access.require_open(incident, attachment.scope)
    if await exchanges.is_certificate(session, number, file_id):
        raise CertificateIsNamed
    attachment.detach()
    await searching.remove_file(session, attachment)
    audit.name(session, f"{number} · {attachment.name}")
    incident.bump_version(attachment.scope)
    feed.tell(session, incident, event_mapper.file_detached(incident, by, clock.now(), attachment))


async def attach_to(
    session: AsyncSession,
    incident: Incident,
    file_ids: Sequence[UUID],
    scope: Scope,
    by: Actor,
    at: datetime,
    message_id: UUID | None = None,
) -> Sequence[Attachment]:
    """Names the files, all at once; whether they may be bound is for the files service to say.

    A file that stands in a thread that ``by`` does not read is answered like one that does not exist, and kept as the
    files service's refusal would leave it: it belongs to another.
    """
    if not file_ids:
        return []
    known = await require_unattached(session, incident, file_ids, by)
    attachments = [_attachment(incident, file_id, scope, by, at, message_id) for file_id in file_ids]
    for attachment in attachments:
        if attachment.file_id in known:
            session.add(_attachment(incident, attachment.file_id, scope, by, at, message_id, "refused"))
        else:
            session.add(attachment)
    incident.bump_version(scope)
    told = [file_id for file_id in file_ids if file_id not in known]
    if told:
        feed.tell(session, incident, event_mapper.files_attached(incident, by, at, told, scope, message_id))
    return attachments


async def require_unattached(
    session: AsyncSession, incident: Incident, file_ids: Sequence[UUID], by: Actor
) -> Mapping[UUID, Scope]:
    """Where those of them that the incident knows stand; raises FileAlreadyAttached for one that ``by`` reads there."""
    if not file_ids:
        return {}
    known = await repository.all_attached(session, incident.number, file_ids)
    readable = access.scopes(by.organisation_kind, incident.client_id)
    seen = next((file_id for file_id in file_ids if known.get(file_id) in readable), None)
    if seen is not None:
        raise FileAlreadyAttached(file_id=str(seen), field="file_ids")
    return known


def _attachment(
    incident: Incident,
    file_id: UUID,
    scope: Scope,
    by: Actor,
    at: datetime,
    message_id: UUID | None,
    state: schemas.AttachmentState = "pending",
) -> Attachment:
    return Attachment(
        incident_number=incident.number,
        file_id=file_id,
        scope=scope,
        message_id=message_id,
        state=state,
        file_version=0,
        attached_at=at,
        attached_by=by.user_id,
        attached_by_name=by.name,
        organisation_id=by.organisation_id,
        organisation_kind=by.organisation_kind,
    )
