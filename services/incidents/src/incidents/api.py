"""The HTTP of the incidents service."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.principal import Principal
from chassis.http import idempotency, paging
from chassis.http.paging import Cursor, Limit, Page, Search, Sort
from chassis.http.preconditions import IfMatch, set_etag
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.i18n import Language, negotiate
from chassis.sql import AnyRow
from events.incidents import Thread
from incidents import auth, queries, schemas, service, states, views
from incidents.drafts import schemas as drafts
from incidents.drafts import service as drafting
from incidents.errors import ContractNotFound, DraftNotFound, IncidentNotFound, ThreadNotFound
from incidents.telling import actor

incidents = APIRouter(prefix="/incidents", tags=["incidents"], route_class=UnitOfWorkRoute)
declaring = APIRouter(tags=["declaring"], route_class=UnitOfWorkRoute)


async def _language(request: Request) -> Language:
    return negotiate(request.headers.get("accept-language"))


Spoken = Annotated[Language, Depends(_language)]


@incidents.get("")
async def list_incidents(
    principal: auth.Reader,
    reader: Reader,
    language: Spoken,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "-number",
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    contract: schemas.ContractNumber | None = None,
    client_id: UUID | None = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> schemas.IncidentPage:
    """Incidents that the caller may see."""
    everything = queries.listing(principal, q, contract, client_id)
    query = everything if is_open is None else everything.where(queries.is_open(is_open))
    rows, following = await queries.page(reader, query, Sort.parse(sort, queries.SORTS), limit, cursor)
    counted, by_openness = await queries.counts(reader, everything, query)
    total, total_is = paging.total(counted)
    return schemas.IncidentPage(
        items=[views.row(row, language) for row in rows],
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
    language: Spoken,
) -> schemas.IncidentState:
    """Declares an incident on a contract that covers it today; otherwise 409 says why not."""
    incident = await service.declare(session, body, actor(principal))
    response.headers["Location"] = f"{request.url.path}/{incident.number}"
    set_etag(response, incident.version)
    return views.state(incident, language)


@incidents.get("/{number}")
async def get_incident(
    number: schemas.Number, response: Response, principal: auth.Reader, reader: Reader, language: Spoken
) -> schemas.Incident:
    """Everything of the incident that the caller may read, and what the caller may do with it now."""
    row = await _visible(reader, number, principal)
    answer = await views.incident(reader, row, principal, language)
    # Files change an attachment without changing the incident: the tag shows it, If-Match does not mind.
    set_etag(response, row.version, answer.model_dump_json())
    return answer


@incidents.get("/{number}/history")
async def get_history(
    number: schemas.Number, principal: auth.Reader, reader: Reader, language: Spoken
) -> schemas.History:
    """Every change of state, oldest first; all parties of the incident read it."""
    await _visible(reader, number, principal)
    rows = await queries.history(reader, number)
    return schemas.History(items=[views.history_line(row, language) for row in rows])


@incidents.post("/{number}/status", dependencies=[idempotency.Documented])
async def change_status(
    number: schemas.Number,
    body: schemas.StatusChange,
    response: Response,
    principal: auth.Writer,
    session: Session,
    precondition: IfMatch,
    language: Spoken,
) -> schemas.IncidentState:
    """Moves the incident on, as its states and the caller's side allow."""
    incident = await service.move(session, number, body, actor(principal), precondition)
    set_etag(response, incident.version)
    return views.state(incident, language)


@incidents.get("/{number}/messages")
async def list_messages(
    number: schemas.Number,
    principal: auth.Reader,
    reader: Reader,
    thread: Thread,
    sort: Annotated[str, Query(max_length=40)] = "-at",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[schemas.Message]:
    """A thread, newest first (``sort=at``: oldest first); 404 for whom it is not."""
    incident = await _visible(reader, number, principal)
    if thread not in states.threads(principal.organisation_kind, incident.client_id):
        raise ThreadNotFound
    query = queries.thread(number, thread)
    order = Sort.parse(sort, queries.MESSAGE_SORTS)
    rows, following = await queries.messages(reader, query, order, limit, cursor)
    total, total_is = await paging.count(reader, query)
    items = await views.messages(reader, rows, incident, principal)
    return Page(items=items, total=total, total_is=total_is, next=following)


@incidents.post("/{number}/messages", status_code=201, dependencies=[idempotency.Documented])
async def post_message(
    number: schemas.Number, thread: Thread, body: schemas.MessageCreate, principal: auth.Writer, session: Session
) -> schemas.Posted:
    """Writes in a thread that the caller takes part in, until the incident is closed or cancelled."""
    return views.posted(*await service.post(session, number, thread, body, actor(principal)))


@incidents.post("/{number}/files", status_code=201, dependencies=[idempotency.Documented])
async def attach_files(
    number: schemas.Number, body: schemas.FilesCreate, response: Response, principal: auth.Writer, session: Session
) -> schemas.Attachments:
    """Names the caller's own uploads on the incident; each is ``pending`` until the files service has bound it."""
    incident, attached = await service.attach(session, number, body, actor(principal))
    set_etag(response, incident.version)
    return schemas.Attachments(items=[schemas.Attachment.model_validate(one) for one in attached])


@incidents.delete("/{number}/files/{file_id}", status_code=204)
async def detach_file(number: schemas.Number, file_id: UUID, principal: auth.Writer, session: Session) -> None:
    """Takes a file off the incident for good: its bytes are erased."""
    await service.detach(session, number, file_id, actor(principal))


@declaring.get("/delivery-addresses")
async def list_delivery_addresses(
    principal: auth.Party, reader: Reader, contract: schemas.ContractNumber
) -> schemas.OfferedAddresses:
    """What a declaration on ``contract`` may choose from: its client's addresses, then the caller's organisation's."""
    cover = await queries.cover(reader, contract, principal)
    if cover is None:
        raise ContractNotFound(number=contract)
    owners = [owner for owner in dict.fromkeys((cover.client_id, principal.organisation_id)) if owner is not None]
    rows = await queries.addresses(reader, owners)
    return schemas.OfferedAddresses(items=[views.offered(row) for row in rows])


@declaring.get("/incident-drafts/{draft_id}")
async def get_draft(draft_id: UUID, principal: auth.Declarer, reader: Reader) -> drafts.Draft:
    row = await queries.draft(reader, principal, draft_id)
    if row is None:
        raise DraftNotFound
    return drafts.Draft.model_validate(row)


@declaring.put("/incident-drafts/{draft_id}")
async def put_draft(draft_id: UUID, body: drafts.DraftPut, principal: auth.Declarer, session: Session) -> drafts.Draft:
    """Keeps the caller's declaration under way, under an id of the caller's choice, for 30 days."""
    return drafts.Draft.model_validate(await drafting.put(session, draft_id, body, actor(principal)))


@declaring.delete("/incident-drafts/{draft_id}", status_code=204)
async def delete_draft(draft_id: UUID, principal: auth.Declarer, session: Session) -> None:
    await drafting.delete(session, draft_id, actor(principal))


async def _visible(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow:
    row = await queries.incident(reader, number, principal)
    if row is None:
        raise IncidentNotFound(number=number)
    return row
