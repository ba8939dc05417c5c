"""Declarations under way: kept per user, opaque, for 30 days after the last change."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from events.incidents import Actor
from incidents import repository
from incidents.drafts import schemas
from incidents.errors import ContractNotFound, DraftNotFound, TooManyDrafts
from incidents.models import Draft

KEPT = timedelta(days=30)
MAX_DRAFTS = 50


async def put(session: AsyncSession, identifier: UUID, wanted: schemas.DraftPut, by: Actor) -> Draft:
    assert by.user_id is not None, "the route lets people in only"
    if await repository.cover(session, wanted.contract_number, by) is None:
        raise ContractNotFound(number=wanted.contract_number)
    if await repository.other_drafts(session, by.user_id, identifier) >= MAX_DRAFTS:
        raise TooManyDrafts(limit=MAX_DRAFTS)
    draft = Draft(user_id=by.user_id, id=identifier, updated_at=clock.now(), **wanted.model_dump())
    await repository.put_draft(session, draft)
    return draft


async def delete(session: AsyncSession, identifier: UUID, by: Actor) -> None:
    assert by.user_id is not None, "the route lets people in only"
    if not await repository.delete_draft(session, by.user_id, identifier):
        raise DraftNotFound


async def expire(session: AsyncSession) -> None:
    await repository.delete_drafts_before(session, clock.now() - KEPT)
