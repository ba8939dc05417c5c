"""Declarations under way: kept per user, opaque, for 30 days after the last change."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents import drafts as schemas
from events.incidents import Actor
from incidents.drafts import repository
from incidents.drafts.errors import DraftNotFound, TooManyDrafts
from incidents.drafts.models import Draft
from incidents.errors import ContractNotFound
from incidents.repository import covered_contract
from web import clock

KEPT = timedelta(days=30)
MAX_DRAFTS = 50


async def put(session: AsyncSession, identifier: UUID, wanted: schemas.DraftPut, by: Actor) -> Draft:
    assert by.user_id is not None, "the route lets people in only"
    contract = await covered_contract(session, wanted.contract_number, by)
    if contract is None:
        raise ContractNotFound(number=wanted.contract_number)
    if await repository.count_others(session, by.user_id, identifier) >= MAX_DRAFTS:
        raise TooManyDrafts(limit=MAX_DRAFTS)
    draft = Draft(
        user_id=by.user_id,
        id=identifier,
        updated_at=clock.now(),
        contract_number=contract.number,
        content=wanted.content,
    )
    await repository.put(session, draft)
    return draft


async def delete(session: AsyncSession, identifier: UUID, by: Actor) -> None:
    assert by.user_id is not None, "the route lets people in only"
    if not await repository.remove(session, by.user_id, identifier):
        raise DraftNotFound


async def expire(session: AsyncSession) -> None:
    await repository.remove_before(session, clock.now() - KEPT)
