"""The HTTP of renewals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api import renewals as schemas
from chassis.http import exporting
from chassis.http.paging import Cursor, Limit, Search, Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.sql import AnyRow
from contracts import auth
from contracts.errors import RenewalNotFound
from contracts.renewals import exports, queries, service, views
from web import clock
from web.http.preconditions import IfMatch, set_etag
from web.schemas import ContractNumber, Day

renewals = APIRouter(tags=["renewals"], route_class=UnitOfWorkRoute)

Month = Annotated[str | None, Query(pattern=r"^(199\d|20\d\d)-(0[1-9]|1[0-2])$", description="As ``2026-12``")]


@renewals.get("/renewals", response_model=schemas.RenewalPage, responses=exporting.DOCUMENTED)
async def list_renewals(
    request: Request,
    principal: auth.Seller,
    _place: exporting.Place,
    reader: Reader,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "ends_on",
    month: Month = None,
    state: schemas.State | None = None,
    client_id: UUID | None = None,
    reseller_id: UUID | None = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> schemas.RenewalPage | Response:
    """What ends when, from three months back to twelve ahead, and what becomes of it; whole as CSV or Excel, when
    ``Accept`` prefers one of them."""
    today = clock.today()
    wanted = queries.Wanted.of(principal, today, q, client_id, reseller_id, month, state)
    order = Sort.parse(sort, queries.statements(wanted.shape).sorts)
    if ending := exporting.asked(request):
        columns = exports.columns(principal)
        return await exporting.response(request, ending, exports.NAME, columns, queries.whole(wanted, order))
    rows, following = await queries.page(reader, wanted, order, limit, cursor)
    counted = await queries.by_month(reader, wanted)
    counts = views.counts(counted, wanted.period)
    return schemas.RenewalPage(
        items=await _shown(request, reader, *rows),
        total=getattr(counts, state) if state else sum(counts.model_dump().values()),
        next=following,
        months=views.months(counted, today),
        counts=counts,
    )


@renewals.get("/renewals/{number}/{ends_on}")
async def get_renewal(
    number: ContractNumber,
    ends_on: Day,
    request: Request,
    response: Response,
    principal: auth.Seller,
    reader: Reader,
) -> schemas.Renewal:
    """The end of a contract's cover on that day: its present one, or one that an order has moved."""
    row = await queries.one(reader, number, ends_on, principal)
    if row is None:
        raise RenewalNotFound(number=number, day=f"{ends_on:%d/%m/%Y}")
    set_etag(response, row.version)
    return (await _shown(request, reader, row))[0]


@renewals.patch("/renewals/{number}/{ends_on}", status_code=204)
async def change_renewal(
    number: ContractNumber,
    ends_on: Day,
    body: schemas.RenewalPatch,
    response: Response,
    principal: auth.SellerWriting,
    precondition: IfMatch,
    session: Session,
) -> None:
    """What its reseller notes. An order alone makes it ``ordered``, and keeps it so until it is withdrawn."""
    renewal = await service.change(session, number, ends_on, body, principal, precondition)
    set_etag(response, renewal.version)


async def _shown(request: Request, reader: AsyncConnection, *rows: AnyRow) -> list[schemas.Renewal]:
    offers = await queries.offers(reader, [row.contract_number for row in rows]) if rows else []
    shop, today = request.app.state.settings.shop_url, clock.today()
    return [views.renewal(row, offers, shop, today) for row in rows]
