"""The HTTP of SQP's settings of the promise. What they come to, a declaration is told with its choices."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Response

from api.incidents import promises as schemas
from chassis.http import idempotency
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from incidents import auth
from incidents.auth import actor
from incidents.promises import administration, repository, views
from web import clock
from web.http.preconditions import IfMatch, set_etag
from web.schemas import Day

settings = APIRouter(prefix="/promise-settings", tags=["promise"], route_class=UnitOfWorkRoute)

SHOWN_FOR = timedelta(days=365)


@settings.get("")
async def get_promise_settings(_: auth.SqpReader, response: Response, reader: Reader) -> schemas.PromiseSettings:
    """Cut-off, start of the clock, and SQP's closures of the last year and to come."""
    terms = await repository.terms(reader)
    closures = await repository.closures(reader, clock.today() - SHOWN_FOR)
    set_etag(response, terms.revision)
    return views.settings(terms, await repository.changes(reader), closures)


@settings.patch("", status_code=204)
async def change_promise_settings(
    body: schemas.PromiseSettingsPatch,
    response: Response,
    principal: auth.SqpWriter,
    session: Session,
    precondition: IfMatch,
) -> None:
    """Holds for what begins from now on; promises that were made stay."""
    terms = await administration.change(session, body, actor(principal), precondition)
    set_etag(response, terms.revision)


@settings.post("/closures", status_code=201, dependencies=[idempotency.Documented])
async def add_closures(
    body: schemas.ClosureCreate, principal: auth.SqpWriter, session: Session
) -> schemas.ClosuresAdded:
    """Closes a day, or the working days of a span; promises that were made for one of them stay due on it."""
    added, due = await administration.close(session, body, actor(principal))
    return schemas.ClosuresAdded(items=added, due_anyway=due)


@settings.delete("/closures/{day}", status_code=204)
async def remove_closure(day: Day, principal: auth.SqpWriter, session: Session) -> None:
    """The day is worked again."""
    await administration.reopen(session, day, actor(principal))
