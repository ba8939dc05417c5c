"""The HTTP of the contracts service."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from chassis import clock
from chassis.http import idempotency, paging
from chassis.http.paging import Cursor, Limit, Search, Sort
from chassis.http.preconditions import set_etag
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.i18n import negotiate
from contracts import auth, exports, queries, schemas, service, views
from contracts.errors import ContractNotFound, OfferNotFound, ProductNotFound

contracts = APIRouter(tags=["contracts"], route_class=UnitOfWorkRoute)
backoffice = APIRouter(prefix="/backoffice", tags=["back office"], route_class=UnitOfWorkRoute)


@contracts.get("/contracts", response_model=schemas.ContractPage, responses={200: {"content": {"text/csv": {}}}})
async def list_contracts(
    request: Request,
    principal: auth.Reader,
    reader: Reader,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "-number",
    validity: schemas.Validity | None = None,
    client_id: UUID | None = None,
    reseller_id: UUID | None = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> schemas.ContractPage | Response:
    """Contracts that the caller may see; as CSV, whole, when ``Accept`` prefers ``text/csv``."""
    today = clock.today()
    order = Sort.parse(sort, queries.SORTS)
    wanted = queries.Wanted.of(principal, q, client_id, validity, today, reseller_id)
    if request.headers.get("accept", "").startswith("text/csv"):
        return exports.csv_response(request.app.state.database, wanted, order, negotiate(_language(request)))
    rows, following = await queries.page(reader, wanted, order, limit, cursor)
    counted, by_validity = await queries.counts(reader, wanted)
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
    number: schemas.Number, request: Request, response: Response, principal: auth.Reader, reader: Reader
) -> schemas.Contract:
    row = await queries.contract(reader, number, principal)
    if row is None:
        raise ContractNotFound(number=number)
    set_etag(response, row.version)
    shop = request.app.state.settings.shop_url
    return await views.contract(reader, row, shop, negotiate(_language(request)))


@contracts.get("/coverage")
async def get_coverage(
    request: Request, principal: auth.Reader, reader: Reader, serial: schemas.Serial, on: date | None = None
) -> schemas.Coverage:
    """Whether ``serial`` is covered on a day (today by default), by which contract, and otherwise why not."""
    day = on or clock.today()
    row = await queries.by_serial(reader, serial, day, principal)
    return views.coverage(row, serial, day, negotiate(_language(request)))


@contracts.get("/client-summaries")
async def list_client_summaries(principal: auth.Reader, reader: Reader) -> schemas.ClientSummaries:
    """Contracts in force and in all, per client that holds one."""
    rows = await queries.client_summaries(reader, principal, clock.today())
    return schemas.ClientSummaries(items=[schemas.ClientSummary.model_validate(row) for row in rows])


@backoffice.put("/contracts/{number}", responses={201: {"description": "Registered"}})
async def put_contract(
    number: schemas.Number, body: schemas.ContractPut, response: Response, _: auth.BackOffice, session: Session
) -> schemas.Registered:
    """Registers a contract or replaces what it says; the same body again changes nothing."""
    contract, is_new = await service.put_contract(session, number, body)
    response.status_code = 201 if is_new else 200
    set_etag(response, contract.version)
    return schemas.Registered.model_validate(contract)


@backoffice.post("/contracts/{number}/extensions", status_code=201, dependencies=[idempotency.Documented])
async def extend_contract(
    number: schemas.Number, body: schemas.ExtensionCreate, response: Response, _: auth.BackOffice, session: Session
) -> schemas.Registered:
    """Adds an extension that the shop sold and moves the end date; a repeated order changes nothing."""
    contract, is_new = await service.extend(session, number, body)
    response.status_code = 201 if is_new else 200
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
    await service.put_offer(session, sku, body)
    return schemas.Offer(sku=sku, **body.model_dump())


@backoffice.get("/products/{reference}")
async def get_product(reference: schemas.Reference, _: auth.BackOffice, reader: Reader) -> schemas.Product:
    row = await queries.product(reader, reference)
    if row is None:
        raise ProductNotFound(reference=reference)
    return schemas.Product.model_validate(row, from_attributes=True)


@backoffice.put("/products/{reference}")
async def put_product(
    reference: schemas.Reference, body: schemas.ProductPut, _: auth.BackOffice, session: Session
) -> schemas.Product:
    await service.put_product(session, reference, body)
    return schemas.Product(reference=reference, **body.model_dump())


def _language(request: Request) -> str | None:
    return request.headers.get("accept-language")
