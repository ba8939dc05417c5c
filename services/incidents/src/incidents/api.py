"""The HTTP of the incidents service."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api import incidents as schemas
from chassis.http import changes as feed
from chassis.http import exporting, idempotency, paging
from chassis.http.paging import Cursor, Limit, Search, Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.sql import AnyRow
from events.incidents import Thread
from incidents import access, auth, exports, queries, views
from incidents.auth import actor
from incidents.errors import ContractNotFound, ThreadNotFound
from incidents.exchanges import foretold
from incidents.exchanges import queries as exchanges
from incidents.exchanges import repository as exchange_repository
from incidents.figures.narrowing import Asked
from incidents.language import Lang
from incidents.models import Incident
from incidents.pending import service as pending
from incidents.promises import repository as promises
from incidents.promises import views as promise_views
from incidents.promises.terms import promises_next_day
from incidents.service import attachments, changes, declarations, guard, messages
from incidents.service.loading import to_read
from web import clock
from web.auth.principal import Principal
from web.changes import Changes
from web.http.preconditions import IfMatch, IfMatchGiven, set_etag
from web.schemas import ContractNumber, Page, Serial

incidents = APIRouter(prefix="/incidents", tags=["incidents"], route_class=UnitOfWorkRoute)
declaring = APIRouter(tags=["declaring"], route_class=UnitOfWorkRoute)
backoffice = APIRouter(prefix="/backoffice", tags=["back office"], route_class=UnitOfWorkRoute)


@incidents.get("", response_model=schemas.IncidentPage, responses=exporting.DOCUMENTED)
async def list_incidents(
    request: Request,
    principal: auth.CanRead,
    _place: exporting.Place,
    reader: Reader,
    narrowed: Asked,
    language: Lang,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "-number",
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    contract: ContractNumber | None = None,
    client_id: UUID | None = None,
    serial: Annotated[list[Serial] | None, Query(max_length=50)] = None,
    numbers: Annotated[str, Query(max_length=8500, pattern=r"^([0-9]{8,16}(,[0-9]{8,16})*)?$")] = "",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> schemas.IncidentPage | Response:
    """Incidents that the caller may see; ``serial`` (repeatable): those that concern one of these products;
    ``numbers``: of these alone, with a comma between two;
    ``declared_within``, ``promised_within``: whose declaration, whose promised day is within so many days.

    As CSV or Excel, whole, when ``Accept`` prefers one of them.
    """
    order = Sort.parse(sort, queries.SORTS)
    everything = queries.listing(principal, q, contract, client_id, serial or []).where(*narrowed.clauses())
    if numbers:
        everything = everything.where(Incident.number.in_(numbers.split(",")))
    query = everything if is_open is None else everything.where(queries.is_open(is_open))
    if ending := exporting.asked(request):
        whole = paging.ordered(query.add_columns(*queries.EXPORTED), order, Incident.number_key.expression)
        return await exporting.response(request, ending, exports.NAME, exports.columns(principal), whole)
    rows, following = await queries.page(reader, query, order, limit, cursor, q)
    promised = await promises.rows(reader, [row.number for row in rows])
    counted, by_openness = await queries.counts(reader, everything, query)
    total, total_is = paging.total(counted)
    return schemas.IncidentPage(
        items=[views.row(row, promised.get(row.number), language) for row in rows],
        total=total,
        total_is=total_is,
        next=following,
        counts=schemas.Counts(**by_openness),
    )


@incidents.post("", status_code=201, dependencies=[idempotency.Documented])
async def declare_incident(
    body: schemas.IncidentCreate,
    request: Request,
    response: Response,
    principal: auth.Declarer,
    session: Session,
    language: Lang,
) -> schemas.IncidentState:
    """Declares an incident on a contract that covers it today; otherwise 409 says why not. SQP declares for a caller of
    the reseller or the client, whose declaration it then is."""
    incident = await declarations.declare(session, body, actor(principal))
    response.headers["Location"] = f"{request.url.path}/{incident.number}"
    set_etag(response, incident.version)
    return views.declared(incident, principal, language)


@incidents.get("/choices")
async def get_choices(
    principal: auth.CanRead, reader: Reader, language: Lang, contract: ContractNumber | None = None
) -> schemas.DeclarationChoices:
    """What a declaration may say, in the caller's language; on ``contract``, also which dispatch it is promised, what
    holds of an exchange in advance, and which returns are overdue."""
    if contract is None:
        return views.declaration_choices(language)
    held = await _covered(reader, contract, principal)
    promised = promises_next_day(held.service_level)
    promise = promise_views.offer(await promises.terms(reader)) if promised else None
    overdue = await exchanges.count_overdue(reader, principal, held.reseller_id, clock.today())
    advance = foretold.advance(await exchange_repository.terms(reader), held.service_level, language)
    return views.declaration_choices(language, promise, advance, foretold.overdue(*overdue, language))


@incidents.get("/{number}")
async def get_incident(
    number: schemas.Number, response: Response, principal: auth.CanRead, reader: Reader, language: Lang
) -> schemas.Incident:
    """Everything of the incident that the caller may read, and what the caller may do with it now."""
    row = await to_read(reader, number, principal)
    answer = await views.incident(reader, row, principal, language)
    # A change of an attachment's state changes the ETag but not the incident's version, which alone If-Match compares.
    set_etag(response, row.version, answer.model_dump_json())
    return answer


@incidents.get("/{number}/history")
async def get_history(
    number: schemas.Number, principal: auth.CanRead, reader: Reader, language: Lang
) -> schemas.History:
    """Every change of state, oldest first; all parties of the incident read it."""
    return await views.history(reader, await to_read(reader, number, principal), language)


@incidents.post("/{number}/status", dependencies=[idempotency.Documented])
async def change_status(
    number: schemas.Number,
    body: schemas.StatusChange,
    response: Response,
    principal: auth.Writer,
    session: Session,
    precondition: IfMatch,
    language: Lang,
) -> schemas.IncidentState:
    """Moves the incident on, as its states and the caller's side allow."""
    incident = await changes.move(session, number, body, actor(principal), precondition)
    set_etag(response, incident.version)
    return views.state(incident, language)


@incidents.get("/{number}/messages")
async def list_messages(
    number: schemas.Number,
    response: Response,
    principal: auth.CanRead,
    reader: Reader,
    thread: Thread,
    sort: Annotated[str, Query(max_length=40)] = "-at",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[schemas.Message]:
    """A thread, newest first (``sort=at``: oldest first); 404 to callers who may not read it. Its ETag says how far it
    was read."""
    incident = await to_read(reader, number, principal)
    if thread not in access.threads(principal.organisation_kind, incident.client_id):
        raise ThreadNotFound
    read = await guard.tag(reader, number, thread)
    query = queries.thread(number, thread, principal)
    order = Sort.parse(sort, queries.MESSAGE_SORTS)
    rows, following = await queries.messages(reader, query, order, limit, cursor)
    total, total_is = await paging.count(reader, query)
    items = await views.messages(reader, rows, incident, principal)
    answer = Page[schemas.Message](items=items, total=total, total_is=total_is, next=following)
    set_etag(response, read, answer.model_dump_json())
    return answer


@incidents.post("/{number}/messages", status_code=201, dependencies=[idempotency.Documented])
async def post_message(
    number: schemas.Number,
    thread: Thread,
    body: schemas.MessageCreate,
    principal: auth.Writer,
    session: Session,
    precondition: IfMatchGiven,
    *,
    undoable: bool = False,
) -> schemas.Posted:
    """Writes in a thread that the caller takes part in, until the incident is closed or cancelled. ``undoable``: what
    SQP writes to the reseller waits ten seconds, in which its author may take it back.

    With the thread's ETag as If-Match it answers 412 ``thread_moved`` and writes nothing if another person has written
    there, or changed the incident's state, since that ETag was read.
    """
    by = actor(principal)
    if undoable and thread == "sqp" and by.organisation_kind == "sqp":
        return views.held(*await pending.hold(session, number, thread, body, by, precondition))
    return views.posted(*await messages.post(session, number, thread, body, by, precondition))


@incidents.post("/{number}/files", status_code=201, dependencies=[idempotency.Documented])
async def attach_files(
    number: schemas.Number, body: schemas.FilesCreate, response: Response, principal: auth.Writer, session: Session
) -> schemas.Attachments:
    """Names the caller's own uploads on the incident; each is ``pending`` until the files service has bound it."""
    incident, attached = await attachments.attach(session, number, body, actor(principal))
    set_etag(response, incident.version)
    return schemas.Attachments(items=[schemas.Attachment.model_validate(one) for one in attached])


@incidents.delete("/{number}/files/{file_id}", status_code=204)
async def detach_file(number: schemas.Number, file_id: UUID, principal: auth.Writer, session: Session) -> None:
    """Takes a file off the incident for good: its bytes are erased."""
    await attachments.detach(session, number, file_id, actor(principal))


@backoffice.get("/incidents/changes", responses=feed.DOCUMENTED)
async def list_changes(
    request: Request, _: auth.Follower, reader: Reader, after: feed.After = None, limit: feed.Limit = 100
) -> Changes:
    """What happened to incidents after a number, oldest first; without ``after``, where the feed ends now.

    ``incident.declared``, ``.status_changed``, ``.merged``, ``.closing_postponed``, ``.client_given``, ``.shared``,
    ``.message_posted``, ``.files_attached``, ``.file_detached`` and ``.promise_missed``; ``exchange.`` and a step, for
    what happens to the exchanges of an incident; nothing of the thread between reseller and client.
    A change that commits late has a later number: none is ever skipped. Kept for 90 days.
    """
    return await feed.answer(request, reader, after, limit, "incidents")


@declaring.get("/delivery-addresses")
async def list_delivery_addresses(
    principal: auth.Person, reader: Reader, language: Lang, contract: ContractNumber
) -> schemas.OfferedAddresses:
    """What a declaration on ``contract`` may choose from: its client's addresses, then the caller's organisation's. To
    SQP, the client's and the reseller's: what is declared for the client goes to the client's alone."""
    held = await _covered(reader, contract, principal)
    own = held.reseller_id if principal.organisation_kind == "sqp" else principal.organisation_id
    owners = [owner for owner in dict.fromkeys((held.client_id, own)) if owner is not None]
    rows = await queries.addresses(reader, owners)
    return schemas.OfferedAddresses(items=[views.offered(row, held.service_level, language) for row in rows])


async def _covered(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow:
    row = await queries.covered_contract(reader, number, principal)
    if row is None:
        raise ContractNotFound(number=number)
    return row
