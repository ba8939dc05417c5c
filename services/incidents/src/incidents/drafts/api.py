"""The HTTP of drafts."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from api.incidents import drafts as schemas
from chassis import audit
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from incidents import auth
from incidents.drafts import repository, service
from incidents.drafts.errors import DraftNotFound

drafts = APIRouter(prefix="/incident-drafts", tags=["declaring"], route_class=UnitOfWorkRoute)


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
