"""Declarations and messages under way: kept per user, opaque, for 30 days after the last change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents import drafts as schemas
from chassis.sql import AnyRow
from events.incidents import Actor, Thread
from incidents.drafts import repository
from incidents.drafts.errors import DraftNotFound, TooManyDrafts
from incidents.drafts.models import Draft
from incidents.errors import ContractNotFound
from incidents.models import Incident
from incidents.repository import covered_contract
from web import clock

KEPT = timedelta(days=30)
MAX_DRAFTS = 50
MAX_MESSAGE_DRAFTS = 100
MESSAGES = UUID("5d1a7c0e-6f0b-4f6e-9a53-0b8f7a1d2c34")


async def put(session: AsyncSession, identifier: UUID, wanted: schemas.DraftPut, by: Actor) -> Draft:
    contract = await covered_contract(session, wanted.contract_number, by)
    if contract is None:
        raise ContractNotFound(number=wanted.contract_number)
    return await _keep(session, identifier, by, MAX_DRAFTS, contract_number=contract.number, content=wanted.content)


async def put_message(
    session: AsyncSession, incident: AnyRow, thread: Thread, wanted: schemas.MessageDraftPut, by: Actor
) -> Draft:
    """Also after the end of an incident: what is being written then is not lost, though it cannot be sent."""
    place = {"contract_number": incident.contract_number, "incident_number": incident.number, "thread": thread}
    identifier = of_message(incident.number, thread)
    return await _keep(session, identifier, by, MAX_MESSAGE_DRAFTS, content=wanted.content, **place)


def of_message(number: str, thread: Thread) -> UUID:
    """One draft per person, incident and thread."""
    return uuid5(MESSAGES, f"{number} {thread}")


async def _keep(session: AsyncSession, identifier: UUID, by: Actor, limit: int, **values: Any) -> Draft:
    assert by.user_id is not None, "the route lets people in only"
    draft = Draft(user_id=by.user_id, id=identifier, updated_at=clock.now(), **values)
    if await repository.count_others(session, draft) >= limit:
        raise TooManyDrafts(limit=limit)
    await repository.put(session, draft)
    return draft


async def delete(session: AsyncSession, identifier: UUID, by: Actor) -> None:
    assert by.user_id is not None, "the route lets people in only"
    if not await repository.remove(session, by.user_id, identifier):
        raise DraftNotFound


async def message_left(session: AsyncSession, number: str, thread: Thread, by: Actor) -> None:
    """In the transaction that stores the message: there is either the draft or the message."""
    assert by.user_id is not None, "people alone write messages"
    await repository.remove(session, by.user_id, of_message(number, thread))


async def give_back(
    session: AsyncSession, incident: Incident, thread: Thread, content: Mapping[str, Any], by: Actor
) -> None:
    """A message that was taken back is a draft again, before what its author has begun since. It is kept over the
    limit, too, and without a key: sent again it is another message."""
    assert by.user_id is not None, "people alone write messages"
    identifier = of_message(incident.number, thread)
    found = await repository.find(await session.connection(), by.user_id, identifier)
    begun: Mapping[str, Any] = found.content if found else {}
    bodies = [text for text in (content["body"], begun.get("body")) if text]
    merged = {
        **{name: value for name, value in begun.items() if name != "key"},
        **content,
        "body": "\n\n".join(bodies),
        "file_ids": list(dict.fromkeys([*content["file_ids"], *begun.get("file_ids", [])])),
    }
    place = {"contract_number": incident.contract_number, "incident_number": incident.number, "thread": thread}
    draft = Draft(user_id=by.user_id, id=identifier, updated_at=clock.now(), content=merged, **place)
    await repository.put(session, draft)


async def expire(session: AsyncSession) -> None:
    await repository.remove_before(session, clock.now() - KEPT)
