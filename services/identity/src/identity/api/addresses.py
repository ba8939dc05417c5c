"""Delivery addresses of one's organisation, and of a reseller's clients."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.identity import organisations as schemas
from chassis.http import idempotency
from chassis.http.paging import Cursor, Limit, Search, Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, queries
from identity.api.listing import page_of
from identity.errors import AddressNotFound, OrganisationNotFound
from identity.models import Address
from identity.service import addresses as service
from web.http.preconditions import IfMatch, set_etag
from web.schemas import Page

router = APIRouter(prefix="/addresses", tags=["addresses"], route_class=UnitOfWorkRoute)


@router.get("")
async def list_addresses(
    principal: auth.Person,
    reader: Reader,
    q: Search = "",
    organisation_id: UUID | None = None,
    sort: Annotated[str, Query(max_length=40)] = "created_at",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[schemas.Address]:
    """One's organisation's; a reseller names a client of its own by ``organisation_id``."""
    if not await queries.may_manage(reader, organisation_id, principal):
        raise OrganisationNotFound
    order = Sort.parse(sort, queries.ADDRESS_SORTS)
    query = queries.addresses(principal, organisation_id, q)
    return await page_of(reader, query, order, Address.id.expression, limit, cursor, schemas.Address)


@router.post("", status_code=201, dependencies=[idempotency.Documented])
async def create_address(
    body: schemas.AddressCreate, principal: auth.Administrator, session: Session, response: Response
) -> schemas.Address:
    wanted = body.model_dump(exclude={"organisation_id"})
    address = await service.create(session, wanted, body.organisation_id, principal)
    response.headers["Location"] = f"/api/v1/addresses/{address.id}"
    set_etag(response, address.version)
    return schemas.Address.model_validate(address)


@router.get("/{identifier}")
async def get_address(identifier: UUID, principal: auth.Person, reader: Reader, response: Response) -> schemas.Address:
    row = await queries.address(reader, identifier, principal)
    if row is None:
        raise AddressNotFound
    set_etag(response, row.version)
    return schemas.Address.model_validate(row)


@router.patch("/{identifier}")
async def change_address(
    identifier: UUID,
    body: schemas.AddressPatch,
    principal: auth.Administrator,
    precondition: IfMatch,
    session: Session,
    response: Response,
) -> schemas.Address:
    wanted = body.model_dump(exclude_none=True)
    address = await service.change(session, identifier, wanted, principal, precondition)
    set_etag(response, address.version)
    return schemas.Address.model_validate(address)


@router.delete("/{identifier}", status_code=204)
async def delete_address(identifier: UUID, principal: auth.Administrator, session: Session) -> None:
    await service.delete(session, identifier, principal)
