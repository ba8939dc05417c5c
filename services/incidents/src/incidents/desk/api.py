"""The HTTP of the desk, for SQP's people alone: all of them read it, those who may write work at it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.incidents import Number
from api.incidents import desk as schemas
from chassis.http import idempotency, paging
from chassis.http.paging import Cursor, Limit, Search, Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from events.incidents import Status
from incidents import auth
from incidents.auth import actor
from incidents.desk import links, queries, reminders, service, snoozes
from incidents.desk.queries import MINE, UNASSIGNED, Wanted
from incidents.desk.views import Desk, people
from incidents.errors import IncidentNotFound
from incidents.language import Lang
from incidents.promises import repository as promises
from incidents.service.loading import for_change
from web import clock
from web.schemas import OptionalLine

desk = APIRouter(prefix="/desk", tags=["desk"], route_class=UnitOfWorkRoute)


@desk.get("")
async def list_desk(
    principal: auth.SqpPerson,
    reader: Reader,
    language: Lang,
    q: Search = "",
    when: schemas.When = "due",
    who: schemas.Who = "",
    action: schemas.Action | None = None,
    state: Status | None = None,
    reseller_id: UUID | None = None,
    service_level: OptionalLine = "",
    sort: Annotated[str, Query(max_length=40)] = "urgency",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> schemas.DeskPage:
    """What SQP has to do, the most urgent first. ``who``: ``mine``, ``unassigned`` or a person's id. ``when``: what is
    ``due`` (without what the caller passed over), due ``later``, or ``skipped``."""
    now = clock.now()
    order = Sort.parse(sort, queries.sorts(now))
    wanted = Wanted(q, _who(who), action, state, reseller_id, service_level)
    everything = queries.listing(wanted)
    chosen = queries.is_when(when, principal.user_id, now) & queries.is_of(wanted.who, principal.user_id)
    rows, following = await queries.page(reader, everything.where(chosen), order, limit, cursor)
    counted, kinds = await queries.counts(reader, everything, chosen, principal.user_id, now)
    total, total_is = paging.total(counted)
    days = (await promises.terms(reader)).days
    return schemas.DeskPage(
        items=await Desk(principal, days, language).rows(reader, rows),
        total=total,
        total_is=total_is,
        next=following,
        counts=schemas.DeskCounts(**kinds),
    )


@desk.get("/due")
async def count_due(principal: auth.SqpPerson, reader: Reader) -> schemas.DeskDue:
    """How much is due at all, and of it the caller's."""
    now, everything = clock.now(), queries.listing(Wanted())
    is_due = queries.is_when("due", principal.user_id, now)
    _, kinds = await queries.counts(reader, everything, is_due, principal.user_id, now)
    return schemas.DeskDue(due=kinds["due"], mine=kinds["mine"])


@desk.get("/people")
async def list_people(principal: auth.SqpPerson, reader: Reader) -> schemas.DeskPeople:
    """How many incidents each of SQP's people has. Service accounts get an empty list of people."""
    now, everything = clock.now(), queries.listing(Wanted())
    _, kinds = await queries.counts(reader, everything, queries.is_when("due", None, now), None, now)
    rows = await queries.people(reader, principal.organisation_id, now)
    levels = await queries.service_levels(reader)
    return people(rows, kinds["unassigned"], levels, principal.user_id)


@desk.post("/next", dependencies=[idempotency.Documented])
async def take_next(body: schemas.NextWanted, principal: auth.SqpWriter, session: Session) -> schemas.NextGiven:
    """Assigns the caller the first incident of the view that is unassigned or the caller's own. Two concurrent calls
    get two different incidents."""
    wanted = Wanted(body.q, _who(body.who), body.action, body.state, body.reseller_id, body.service_level)
    item = await service.take_next(session, wanted, actor(principal), body.leaving)
    return schemas.NextGiven(number=item.incident_number if item else None)


@desk.post("/absent", dependencies=[idempotency.Documented])
async def give_back_all(body: schemas.Absent, principal: auth.SqpWriter, session: Session) -> schemas.GivenBack:
    """All that the caller, or a colleague who is away, has goes back to the others."""
    return schemas.GivenBack(count=await service.absent(session, body.user_id, body.note, actor(principal)))


@desk.get("/{number}")
async def get_desk_item(number: Number, principal: auth.SqpPerson, reader: Reader, language: Lang) -> schemas.DeskItem:
    """One incident's next action, who has it, and what was done with it at the desk."""
    found = await queries.item(reader, number)
    if found is None:
        raise IncidentNotFound(number=number)
    days = (await promises.terms(reader)).days
    linked = await links.views(reader, number, language)
    return await Desk(principal, days, language).item(reader, found, linked)


@desk.post("/{number}/take", status_code=204, dependencies=[idempotency.Documented])
async def take_incident(number: Number, principal: auth.SqpWriter, session: Session) -> None:
    """409 ``taken_already`` where a colleague has it."""
    await service.take(session, number, actor(principal))


@desk.post("/{number}/assign", status_code=204, dependencies=[idempotency.Documented])
async def assign_incident(number: Number, body: schemas.Assign, principal: auth.SqpWriter, session: Session) -> None:
    """Assigns the incident to a colleague or to oneself, with a note for SQP alone. 409 ``reason_needed`` if a
    colleague has it and there is no note."""
    await service.assign(session, number, body.user_id, body.note, actor(principal))


@desk.post("/{number}/release", status_code=204, dependencies=[idempotency.Documented])
async def release_incident(number: Number, body: schemas.Release, principal: auth.SqpWriter, session: Session) -> None:
    """Unassigns an incident that the caller has."""
    await service.release(session, number, body.note, actor(principal))


@desk.post("/{number}/skip", status_code=204, dependencies=[idempotency.Documented])
async def skip_incident(number: Number, body: schemas.Skip, principal: auth.SqpWriter, session: Session) -> None:
    """Hides the incident from the caller until it changes, and unassigns it if the caller had it."""
    await service.skip(session, number, body.reason, actor(principal))


@desk.post("/{number}/settle", status_code=204, dependencies=[idempotency.Documented])
async def settle_incident(number: Number, principal: auth.SqpWriter, session: Session) -> None:
    """Nothing is to be answered or asked for now: the incident comes back after three working days, or sooner when a
    party writes. 409 ``nothing_to_settle`` where something else is to be done."""
    by = actor(principal)
    incident = await for_change(session, number, by)
    await service.settle(session, incident, by)


@desk.post("/{number}/snooze", status_code=204, dependencies=[idempotency.Documented])
async def snooze_incident(number: Number, body: schemas.PutOff, principal: auth.SqpWriter, session: Session) -> None:
    """Due again at nine o'clock of a day; sooner when a party writes or something moves. 409 ``promise_comes_first``
    where its dispatch is promised for a day before."""
    by = actor(principal)
    incident = await for_change(session, number, by)
    await snoozes.put_off(session, incident, body.on, body.note, by)


@desk.post("/{number}/wake", status_code=204, dependencies=[idempotency.Documented])
async def wake_incident(number: Number, principal: auth.SqpWriter, session: Session) -> None:
    """What was put off is due as if it had not been."""
    by = actor(principal)
    incident = await for_change(session, number, by)
    await snoozes.wake(session, incident, by)


@desk.post("/{number}/remind", status_code=204, dependencies=[idempotency.Documented])
async def remind_of_answer(number: Number, principal: auth.SqpWriter, session: Session) -> None:
    """Reminds the administrators of the side whose answer is awaited. 409 ``nothing_awaited``,
    ``answer_first`` where the reseller has written since, ``reminded_lately`` within a day of the last reminder,
    ``nobody_to_remind`` where that side has no active administrator or its access is closed."""
    by = actor(principal)
    incident = await for_change(session, number, by)
    await reminders.remind(session, incident, by)


@desk.post("/{number}/links", status_code=204, dependencies=[idempotency.Documented])
async def link_incident(number: Number, body: schemas.LinkCreate, principal: auth.SqpWriter, session: Session) -> None:
    """Links two incidents, of any resellers and clients: SQP alone reads the link, on both. 409 ``linked_already``,
    ``linked_to_itself``, ``other_not_found``."""
    await links.link(session, number, body, actor(principal))


@desk.delete("/{number}/links/{other}", status_code=204)
async def unlink_incident(number: Number, other: Number, principal: auth.SqpWriter, session: Session) -> None:
    """From either of the two. 409 ``not_linked``."""
    await links.unlink(session, number, other, actor(principal))


def _who(value: str) -> str | UUID:
    return value if value in ("", MINE, UNASSIGNED) else UUID(value)
