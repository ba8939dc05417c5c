"""The HTTP of drafts."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api.incidents import Number
from api.incidents import drafts as schemas
from chassis import audit
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.sql import AnyRow
from events.incidents import Thread
from incidents import access, auth
from incidents.drafts import repository, service
from incidents.drafts.errors import DraftNotFound
from incidents.errors import ThreadNotFound
from incidents.service.loading import to_read
from web.auth.principal import Principal

drafts = APIRouter(prefix="/incident-drafts", tags=["declaring"], route_class=UnitOfWorkRoute)
messages = APIRouter(prefix="/incidents/{number}/draft", tags=["incidents"], route_class=UnitOfWorkRoute)


@drafts.get("/{draft_id}")
async def get_draft(draft_id: UUID, request: Request, principal: auth.Declarer, reader: Reader) -> schemas.Draft:
    audit.allow_absence(request)
    row = await repository.find(reader, principal.user_id, draft_id)
    if row is None:
        raise DraftNotFound
    return schemas.Draft.model_validate(row)


@drafts.put("/{draft_id}")
async def put_draft(
    draft_id: UUID, body: schemas.DraftPut, principal: auth.Declarer, session: Session
) -> schemas.Draft:
    """Keeps the caller's declaration under way, under an id of the caller's choice, for 30 days."""
    audit.skip(session)
    return schemas.Draft.model_validate(await service.put(session, draft_id, body, auth.actor(principal)))


@drafts.delete("/{draft_id}", status_code=204)
async def delete_draft(draft_id: UUID, request: Request, principal: auth.Declarer, session: Session) -> None:
    audit.skip(session)
    audit.allow_absence(request)
    await service.delete(session, draft_id, auth.actor(principal))


@messages.get("")
async def get_message_draft(
    number: Number, thread: Thread, request: Request, principal: auth.Writer, reader: Reader
) -> schemas.MessageDraft:
    """The caller's unsent message in the thread; only the caller can read it."""
    await _readable(reader, number, thread, principal)
    row = await repository.find(reader, principal.user_id, service.of_message(number, thread))
    if row is None:
        audit.allow_absence(request)
        raise DraftNotFound
    return schemas.MessageDraft.model_validate(row)


@messages.put("")
async def put_message_draft(
    number: Number, thread: Thread, body: schemas.MessageDraftPut, principal: auth.Writer, session: Session
) -> schemas.MessageDraft:
    """Keeps what the caller is writing in the thread for 30 days, or until a message of the caller's leaves there."""
    audit.skip(session)
    incident = await _readable(await session.connection(), number, thread, principal)
    draft = await service.put_message(session, incident, thread, body, auth.actor(principal))
    return schemas.MessageDraft.model_validate(draft)


@messages.delete("", status_code=204)
async def delete_message_draft(
    number: Number, thread: Thread, request: Request, principal: auth.Writer, session: Session
) -> None:
    audit.skip(session)
    audit.allow_absence(request)
    await service.delete(session, service.of_message(number, thread), auth.actor(principal))


async def _readable(reader: AsyncConnection, number: str, thread: Thread, principal: Principal) -> AnyRow:
    incident = await to_read(reader, number, principal)
    if thread not in access.threads(principal.organisation_kind, incident.client_id):
        raise ThreadNotFound
    return incident
