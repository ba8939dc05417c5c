"""The HTTP of the contracts service."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api import contracts as schemas
from api import reminders
from api.coverage import Coverage
from chassis.http import changes, exporting, idempotency, paging
from chassis.http.paging import Cursor, Limit, Search, Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from contracts import auth, exports, queries, reminder_log, service, views
from contracts.errors import ContractNotFound, OfferNotFound, ProductNotFound
from contracts.hardware import views as hardware
from web import clock
from web.changes import Changes
from web.http.preconditions import IfMatch, set_etag
from web.i18n import negotiate
from web.schemas import ContractNumber, Day, Reference, Serial

contracts = APIRouter(tags=["contracts"], route_class=UnitOfWorkRoute)
backoffice = APIRouter(prefix="/backoffice", tags=["back office"], route_class=UnitOfWorkRoute)


@contracts.get("/contracts", response_model=schemas.ContractPage, responses=exporting.DOCUMENTED)
async def list_contracts(
    request: Request,
    principal: auth.CanRead,
    _place: exporting.Place,
    reader: Reader,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "-number",
    validity: schemas.Validity | None = None,
    client_id: UUID | None = None,
    reseller_id: UUID | None = None,
    numbers: Annotated[str, Query(max_length=4200, pattern=r"^([0-9A-Za-z-]{1,20}(,[0-9A-Za-z-]{1,20})*)?$")] = "",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> schemas.ContractPage | Response:
    """Contracts that the caller may see; as CSV or Excel, whole, when ``Accept`` prefers one of them. ``numbers``: of
    these alone, with a comma between two."""
    today = clock.today()
    order = Sort.parse(sort, queries.sorts(principal))
    wanted = queries.Wanted.of(
        principal, q, client_id, validity, today, reseller_id, numbers.split(",") if numbers else ()
    )
    if ending := exporting.asked(request):
        whole = exports.rows(wanted, order)
        return await exporting.response(request, ending, exports.NAME, exports.columns(principal), whole)
    counted, by_validity = await queries.counts(reader, wanted)
    rows, following = await queries.page(reader, wanted, order, limit, cursor, counted)
    total, total_is = paging.total(counted)
    return schemas.ContractPage(
        items=[views.row(row, today) for row in rows],
        total=total,
        total_is=total_is,
        next=following,
        counts=schemas.Counts(**by_validity),
    )


@contracts.get("/contracts/{number}")
async def get_contract(
    number: ContractNumber, request: Request, response: Response, principal: auth.CanRead, reader: Reader
) -> schemas.Contract:
    row = await queries.contract(reader, number, principal)
    if row is None:
        raise ContractNotFound(number=number)
    set_etag(response, row.version)
    shop = request.app.state.settings.shop_url
    return await views.contract(reader, row, principal, shop, negotiate(_language(request)))


@contracts.put("/contracts/{number}/client")
async def give_contract(
    number: ContractNumber,
    body: schemas.HolderPut,
    response: Response,
    principal: auth.Giver,
    precondition: IfMatch,
    session: Session,
) -> schemas.Registered:
    """Gives a contract without client to one of its reseller's clients, who sees it and its incidents from now on."""
    contract = await service.give(session, number, body.client_id, principal, precondition)
    set_etag(response, contract.version)
    return schemas.Registered.model_validate(contract)


@contracts.get("/contracts/{number}/reminders")
async def list_reminders(
    number: ContractNumber, request: Request, principal: auth.CanRead, reader: Reader
) -> reminders.Reminders:
    """What became of each reminder before the end of cover, and why there was none; what is to come."""
    row = await queries.contract(reader, number, principal)
    if row is None:
        raise ContractNotFound(number=number)
    return await reminder_log.of(reader, row, negotiate(_language(request)))


@contracts.get("/coverage")
async def get_coverage(
    request: Request, principal: auth.CanRead, reader: Reader, serial: Serial, on: Day | None = None
) -> Coverage:
    """Whether ``serial`` is covered on a day (today by default), by which contract, and otherwise why not.

    Cover follows an exchange: it is the replacement's from the day of its delivery on.
    """
    day = on or clock.today()
    return await hardware.coverage(reader, serial, day, principal, negotiate(_language(request)))


@contracts.get("/client-summaries")
async def list_client_summaries(principal: auth.CanRead, reader: Reader) -> schemas.ClientSummaries:
    """Contracts in force and in all, per client that holds one."""
    rows = await queries.client_summaries(reader, principal, clock.today())
    return schemas.ClientSummaries(items=[schemas.ClientSummary.model_validate(row) for row in rows])


@backoffice.get("/contracts/changes", responses=changes.DOCUMENTED)
async def list_changes(
    request: Request, _: auth.Follower, reader: Reader, after: changes.After = None, limit: changes.Limit = 100
) -> Changes:
    """What happened to contracts after a number, oldest first; without ``after``, where the feed ends now.

    ``contract.registered``, ``.changed``, ``.extended`` and ``.cover_moved``. A change that commits late has a later
    number: none is ever skipped. Kept for 90 days.
    """
    return await changes.answer(request, reader, after, limit, "contracts")


@backoffice.put("/contracts/{number}", responses={201: {"model": schemas.Registered, "description": "Registered"}})
async def put_contract(
    number: ContractNumber, body: schemas.ContractPut, response: Response, _: auth.BackOffice, session: Session
) -> schemas.Registered:
    """Registers a contract or replaces what it says; the same body again changes nothing.

    A body without client takes none away that a person gave the contract to.
    """
    contract, is_new = await service.put_contract(session, number, body)
    response.status_code = 201 if is_new else 200
    set_etag(response, contract.version)
    return schemas.Registered.model_validate(contract)


@backoffice.post(
    "/contracts/{number}/extensions",
    status_code=201,
    dependencies=[idempotency.Documented],
    responses={200: {"model": schemas.Registered, "description": "The order is known"}},
)
async def extend_contract(
    number: ContractNumber, body: schemas.ExtensionCreate, response: Response, _: auth.BackOffice, session: Session
) -> schemas.Registered:
    """Adds an extension that the shop sold and moves the end date; a repeated order changes nothing."""
    contract, is_new = await service.extend(session, number, body)
    response.status_code = 201 if is_new else 200
    set_etag(response, contract.version)
    return schemas.Registered.model_validate(contract)


@backoffice.delete("/contracts/{number}/extensions/{order_id}")
async def withdraw_extension(
    number: ContractNumber, order_id: schemas.OrderId, response: Response, _: auth.BackOffice, session: Session
) -> schemas.Registered:
    """Takes back an extension ordered by mistake and moves the end date with it; repeated, it changes nothing."""
    contract = await service.withdraw(session, number, order_id)
    set_etag(response, contract.version)
    return schemas.Registered.model_validate(contract)


@backoffice.get("/extension-offers/{sku}")
async def get_offer(sku: schemas.Sku, _: auth.BackOffice, reader: Reader) -> schemas.Offer:
    row = await queries.offer(reader, sku)
    if row is None:
        raise OfferNotFound(sku=sku)
    return schemas.Offer.model_validate(row)


@backoffice.put("/extension-offers/{sku}")
async def put_offer(sku: schemas.Sku, body: schemas.OfferPut, _: auth.BackOffice, session: Session) -> schemas.Offer:
    return schemas.Offer.model_validate(await service.put_offer(session, sku, body))


@backoffice.get("/products/{reference:path}")
async def get_product(reference: Reference, _: auth.BackOffice, reader: Reader) -> schemas.Product:
    row = await queries.product(reader, reference)
    if row is None:
        raise ProductNotFound(reference=reference)
    return schemas.Product.model_validate(row, from_attributes=True)


@backoffice.put("/products/{reference:path}")
async def put_product(
    reference: Reference, body: schemas.ProductPut, _: auth.BackOffice, session: Session
) -> schemas.Product:
    await service.put_product(session, reference, body)
    return schemas.Product(reference=reference, **body.model_dump())


def _language(request: Request) -> str | None:
    return request.headers.get("accept-language")
