"""The HTTP of exchanges. SQP's people and its back office drive the same routes; holders take some of the steps."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response

from api.incidents import Number
from api.incidents import exchange_answers as answer_schemas
from api.incidents import exchange_steps as steps
from api.incidents import exchanges as schemas
from api.incidents import shipments as parcels
from api.incidents.exchange_settings import ExchangeSettings, ExchangeSettingsPatch
from chassis.http import idempotency, paging
from chassis.http.paging import Cursor, Limit, Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from incidents import auth
from incidents.auth import actor, office_or
from incidents.exchanges import administration, answers, parcel_service, queries, repository, service, views
from incidents.language import Lang
from incidents.service.loading import to_read
from web import clock
from web.auth.rules import Public
from web.errors import PreconditionRequired
from web.http.preconditions import IfMatch, Precondition, set_etag
from web.schemas import OptionalLine

exchanges = APIRouter(tags=["exchanges"], route_class=UnitOfWorkRoute)
backoffice = APIRouter(prefix="/backoffice", tags=["back office"], route_class=UnitOfWorkRoute)
settings = APIRouter(prefix="/exchange-settings", tags=["exchanges"], route_class=UnitOfWorkRoute)
links = APIRouter(prefix="/return-answers", tags=["exchanges"], route_class=UnitOfWorkRoute)

BY_LINK = Depends(Public("a reminder's link is its own authorisation"))


async def _precondition(
    principal: auth.ExchangeWriter, if_match: Annotated[str | None, Header()] = None
) -> Precondition | None:
    """A person acts on what the page shows. The back office tells facts, in any order and repeated."""
    if if_match:
        return Precondition(if_match)
    if principal.is_person:
        raise PreconditionRequired
    return None


StepPrecondition = Annotated[Precondition | None, Depends(_precondition)]


@exchanges.get("/exchanges")
async def list_exchanges(
    principal: auth.CanRead,
    reader: Reader,
    language: Lang,
    stage: schemas.Stage | None = None,
    scan: OptionalLine = "",
    reseller_id: UUID | None = None,
    sort: Annotated[str, Query(max_length=40)] = "-requested_at",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> schemas.ExchangePage:
    """Lines of incidents that the caller may see. ``scan``: a serial number, a parcel's number or an incident's."""
    order = Sort.parse(sort, queries.SORTS)
    today = clock.today()
    query = queries.listing(principal, scan, reseller_id)
    query = query.where(queries.in_stage(stage, today)) if stage else query
    everything = queries.counted(principal, scan, reseller_id)
    rows, following = await queries.page(reader, query, order, limit, cursor)
    counts = await queries.counts(reader, everything, today)
    total, total_is = paging.total(counts[stage]) if stage else await paging.count(reader, everything)
    return schemas.ExchangePage(
        items=[views.row(row, language) for row in rows],
        total=total,
        total_is=total_is,
        next=following,
        counts=counts,
    )


@exchanges.get("/incidents/{number}/exchanges")
async def get_exchanges(number: Number, principal: auth.CanRead, reader: Reader, language: Lang) -> schemas.Exchanges:
    """All lines of an incident with parcels and time line, and what the caller may do with each now."""
    incident = await to_read(reader, number, principal)
    return await views.exchanges(reader, incident, principal, language)


@exchanges.post("/incidents/{number}/exchanges", status_code=201, dependencies=[idempotency.Documented])
async def request_exchange(
    number: Number,
    body: steps.ExchangeCreate,
    response: Response,
    principal: auth.ExchangeWriter,
    session: Session,
) -> schemas.Taken:
    """Asks for an exchange of one of the incident's products, which SQP decides on, or approves at once."""
    line = await service.request(session, number, body, office_or(principal))
    set_etag(response, line.version)
    return schemas.Taken.model_validate(line)


@exchanges.post("/incidents/{number}/exchanges/{line}/steps", dependencies=[idempotency.Documented])
async def take_step(
    number: Number,
    line: steps.LineNumber,
    body: steps.Step,
    response: Response,
    principal: auth.ExchangeWriter,
    precondition: StepPrecondition,
    session: Session,
) -> schemas.Taken:
    """One fact about a line. People need ``If-Match``; of the back office a repeated fact changes nothing."""
    taken, is_known = await service.take(session, number, line, body, office_or(principal), precondition)
    set_etag(response, taken.version)
    return schemas.Taken.model_validate(taken).model_copy(update={"known": is_known})


@exchanges.post("/incidents/{number}/shipments", status_code=201, dependencies=[idempotency.Documented])
async def prepare_shipment(
    number: Number, body: parcels.ShipmentCreate, principal: auth.ExchangeDesk, session: Session
) -> schemas.Prepared:
    """A parcel for one line or several; its address is frozen."""
    return schemas.Prepared.model_validate(await parcel_service.ship(session, number, body, office_or(principal)))


@exchanges.post("/shipments/{shipment_id}/news", dependencies=[idempotency.Documented])
async def tell_of_shipment(
    shipment_id: UUID, body: parcels.ShipmentNews, principal: auth.ExchangeDesk, session: Session
) -> schemas.Prepared:
    """What is known of a parcel now: shipped, delivered, lost, damaged, refused, sent back."""
    return schemas.Prepared.model_validate(await parcel_service.tell(session, shipment_id, body, office_or(principal)))


@exchanges.post("/incidents/{number}/statements", status_code=204, dependencies=[idempotency.Documented])
async def state_data(number: Number, body: steps.Statement, principal: auth.Writer, session: Session) -> None:
    """What is stated about the data on the products before they leave."""
    await service.state(session, number, body, actor(principal))


@backoffice.put("/shipments/{shipment_id}", responses={201: {"model": schemas.Prepared, "description": "Prepared"}})
async def put_shipment(
    shipment_id: UUID, body: parcels.ShipmentPut, response: Response, principal: auth.ExchangeOffice, session: Session
) -> schemas.Prepared:
    """A parcel under the back office's own id; the same body again changes nothing."""
    shipment, is_new = await parcel_service.put(session, shipment_id, body, office_or(principal))
    response.status_code = 201 if is_new else 200
    return schemas.Prepared.model_validate(shipment)


@backoffice.post("/tracking", dependencies=[idempotency.Documented])
async def track(body: parcels.Tracking, principal: auth.ExchangeOffice, session: Session) -> schemas.Tracked:
    """Carriers' facts in any order, repeated or late; one that is unknown says so and stops none of the others."""
    return schemas.Tracked(items=await parcel_service.track(session, body.facts, office_or(principal)))


@settings.get("")
async def get_exchange_settings(_: auth.SqpReader, response: Response, reader: Reader) -> ExchangeSettings:
    """Days of return, presumed deliveries, and what an overdue return means."""
    terms = await repository.terms(reader)
    set_etag(response, terms.revision)
    return views.settings(terms, await repository.last_change(reader))


@settings.patch("", status_code=204)
async def change_exchange_settings(
    body: ExchangeSettingsPatch,
    response: Response,
    principal: auth.SqpWriter,
    session: Session,
    precondition: IfMatch,
) -> None:
    """Holds for what begins from now on; due dates that were told stay."""
    terms = await administration.change(session, body, actor(principal), precondition)
    set_etag(response, terms.revision)


@links.post("/question", dependencies=[BY_LINK])
async def read_return_question(
    body: answer_schemas.ReturnLink, session: Session, language: Lang
) -> answer_schemas.ReturnQuestion:
    """What a reminder's link asks. It changes nothing, so that a scanner of mails that opens it does no harm."""
    return await answers.look(await session.connection(), body.token, language)


@links.post("", status_code=204, dependencies=[BY_LINK])
async def answer_return(body: answer_schemas.ReturnAnswer, session: Session) -> None:
    """The holder's answer; the link is good for one."""
    await answers.answer(session, body.token, body.answer)
