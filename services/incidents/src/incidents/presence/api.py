"""The HTTP of who is at which incident: SQP's people alone, those who only read too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Request

from api.incidents import Number
from api.incidents import presence as schemas
from chassis import audit
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.sql import AnyRow
from incidents import auth
from incidents.presence import repository, service
from incidents.service.loading import to_read
from web import clock
from web.auth.principal import Principal

presence = APIRouter(prefix="/desk", tags=["desk"], route_class=UnitOfWorkRoute)


@presence.get("/presence")
async def list_presences(principal: auth.SqpPerson, reader: Reader) -> schemas.Presences:
    """Who is at which incident now."""
    found = await repository.listing(reader, principal.organisation_id, clock.now())
    grouped = groupby(found, lambda row: row.incident_number)
    return schemas.Presences(items=[_at(number, list(rows), principal) for number, rows in grouped])


@presence.put("/{number}/presence/{page_id}")
async def put_presence(
    number: Number, page_id: UUID, body: schemas.PresencePut, principal: auth.SqpPerson, session: Session
) -> schemas.Presence:
    """The caller's page is at the incident for the next 40 seconds; answers who is. ``page_id`` is of the page's
    choice: a person with two pages counts once."""
    audit.skip(session)
    reader = await session.connection()
    await to_read(reader, number, principal)
    await service.put(session, number, page_id, body.writes, auth.actor(principal))
    return _at(number, await repository.listing(reader, principal.organisation_id, clock.now(), number), principal)


@presence.delete("/{number}/presence/{page_id}", status_code=204)
async def end_presence(
    number: Number, page_id: UUID, request: Request, principal: auth.SqpPerson, session: Session
) -> None:
    """Before its time. Succeeds whether or not the page was there."""
    audit.skip(session)
    audit.allow_absence(request)
    await service.leave(session, page_id, auth.actor(principal))


def _at(number: str, rows: Sequence[AnyRow], principal: Principal) -> schemas.Presence:
    people = [
        schemas.PersonPresent(
            user_id=row.user_id, name=row.name, writes=row.writes, is_me=row.user_id == principal.user_id
        )
        for row in rows
    ]
    return schemas.Presence(number=number, people=people)
