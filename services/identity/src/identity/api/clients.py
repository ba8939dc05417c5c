"""A reseller's clients and their access to the portal; SQP sees all, and the resellers."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.identity import invitations
from api.identity import organisations as schemas
from api.identity.common import SignUpState
from chassis.http import exporting, idempotency, paging
from chassis.http.paging import Cursor, Limit, Search, Sort, malformed
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, exports, queries
from identity.api.listing import page_of
from identity.dependencies import ServicesDep
from identity.errors import OrganisationNotFound, RequestNotFound
from identity.links import Links
from identity.models import Organisation, SignUpRequest, User
from identity.service import organisations as service
from identity.service import sign_up
from web.auth.principal import Principal
from web.http.preconditions import IfMatch, Precondition, set_etag
from web.i18n import text
from web.schemas import Page

router = APIRouter(tags=["clients"], route_class=UnitOfWorkRoute)


@router.get("/clients", response_model=Page[schemas.Client], responses=exporting.DOCUMENTED)
async def list_clients(
    request: Request,
    principal: auth.CanReadClients,
    _place: exporting.Place,
    reader: Reader,
    q: Search = "",
    reseller_id: UUID | None = None,
    sort: Annotated[str, Query(max_length=40)] = "name",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[schemas.Client] | Response:
    """As CSV or Excel, whole, when ``Accept`` prefers one of them."""
    order = Sort.parse(sort, queries.ORGANISATION_SORTS)
    query = queries.clients(principal, q, reseller_id)
    if ending := exporting.asked(request):
        whole = paging.ordered(queries.with_access(query), order, Organisation.id.expression)
        return await exporting.response(request, ending, exports.NAME, exports.columns(principal), whole)
    exact = queries.is_code(q) if q else None
    return await page_of(reader, query, order, Organisation.id.expression, limit, cursor, schemas.Client, exact)


@router.post("/clients", status_code=201, dependencies=[idempotency.Documented])
async def create_client(
    body: schemas.ClientCreate, principal: auth.ClientManager, session: Session, response: Response
) -> schemas.Organisation:
    """The answer brings the client's code, which SQP uses from then on."""
    reseller_id = _reseller(body.reseller_id, principal)
    wanted = body.model_dump(exclude={"reseller_id"})
    client = await service.create_client(session, wanted, reseller_id, principal)
    response.headers["Location"] = f"/api/v1/clients/{client.id}"
    set_etag(response, client.version)
    return schemas.Organisation.model_validate(client)


@router.get("/clients/{identifier}")
async def get_client(
    identifier: UUID, principal: auth.CanReadClients, reader: Reader, response: Response
) -> schemas.Client:
    row = await queries.client(reader, identifier, principal)
    if row is None:
        raise OrganisationNotFound
    set_etag(response, row.version)
    return schemas.Client.model_validate(row)


@router.get("/clients/{identifier}/users")
async def list_client_users(
    identifier: UUID,
    principal: auth.CanReadClients,
    reader: Reader,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "last_name",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[invitations.LookedAfter]:
    """Who of the client has an account; only the client itself changes them."""
    if await queries.client(reader, identifier, principal) is None:
        raise OrganisationNotFound
    order = Sort.parse(sort, queries.USER_SORTS)
    query, exact = queries.people_of(identifier, q), queries.is_login(q) if q else None
    return await page_of(reader, query, order, User.id.expression, limit, cursor, invitations.LookedAfter, exact)


@router.patch("/clients/{identifier}")
async def change_client(
    identifier: UUID,
    body: schemas.ClientPatch,
    principal: auth.ClientManager,
    precondition: IfMatch,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> schemas.Organisation:
    wanted = body.model_dump(exclude_none=True)
    client = await service.change_client(session, identifier, wanted, principal, precondition, services.links)
    set_etag(response, client.version)
    return schemas.Organisation.model_validate(client)


@router.post("/clients/{identifier}/access", dependencies=[idempotency.Documented])
async def set_access(
    identifier: UUID,
    body: schemas.Access,
    principal: auth.ClientManager,
    precondition: IfMatch,
    session: Session,
    response: Response,
) -> schemas.Organisation:
    """Opens or closes the portal to the client's people. Closing ends their sessions."""
    client = await service.set_access(
        session, identifier, is_open=body.open, principal=principal, precondition=precondition
    )
    set_etag(response, client.version)
    return schemas.Organisation.model_validate(client)


@router.get("/sign-up-requests")
async def list_requests(
    principal: auth.CanReadClients,
    reader: Reader,
    state: SignUpState | None = None,
    sort: Annotated[str, Query(max_length=40)] = "-created_at",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[schemas.SignUpRequest]:
    order = Sort.parse(sort, queries.REQUEST_SORTS)
    query = queries.sign_up_requests(principal, state)
    return await page_of(reader, query, order, SignUpRequest.id.expression, limit, cursor, schemas.SignUpRequest)


@router.get("/sign-up-requests/{identifier}")
async def get_request(
    identifier: UUID, principal: auth.CanReadClients, reader: Reader, response: Response
) -> schemas.SignUpRequest:
    row = await queries.sign_up_request(reader, identifier, principal)
    if row is None:
        raise RequestNotFound
    set_etag(response, row.version)
    return schemas.SignUpRequest.model_validate(row)


@router.post("/sign-up-requests/{identifier}/approve", dependencies=[idempotency.Documented])
async def approve_request(
    identifier: UUID,
    principal: auth.ClientManager,
    precondition: IfMatch,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> schemas.Decided:
    """Sends the link to the address that was asked for."""
    return await _decide(session, identifier, "approved", principal, precondition, services.links, response)


@router.post("/sign-up-requests/{identifier}/refuse", dependencies=[idempotency.Documented])
async def refuse_request(
    identifier: UUID,
    principal: auth.ClientManager,
    precondition: IfMatch,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> schemas.Decided:
    """Refuses the request. No e-mail goes to the person who asked."""
    return await _decide(session, identifier, "refused", principal, precondition, services.links, response)


@router.get("/resellers")
async def list_resellers(
    principal: auth.Support,
    reader: Reader,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "name",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[schemas.Organisation]:
    order = Sort.parse(sort, queries.ORGANISATION_SORTS)
    query, exact = queries.resellers(q), queries.is_code(q) if q else None
    return await page_of(reader, query, order, Organisation.id.expression, limit, cursor, schemas.Organisation, exact)


@router.get("/resellers/{identifier}")
async def get_reseller(identifier: UUID, _: auth.Support, reader: Reader, response: Response) -> schemas.Organisation:
    row = await queries.reseller(reader, identifier)
    if row is None:
        raise OrganisationNotFound
    set_etag(response, row.version)
    return schemas.Organisation.model_validate(row)


async def _decide(
    session: Session,
    identifier: UUID,
    state: Literal["approved", "refused"],
    principal: Principal,
    precondition: Precondition,
    links: Links,
    response: Response,
) -> schemas.Decided:
    request = await sign_up.decide(session, identifier, state, principal, precondition, links)
    set_etag(response, request.version)
    return schemas.Decided.model_validate(request)


def _reseller(named: UUID | None, principal: Principal) -> UUID:
    """A reseller's own id, which it may repeat; SQP must say whose client it creates."""
    if principal.organisation_kind == "sqp":
        if named is None:
            raise malformed("reseller_id", text("SQP indique le revendeur.", "SQP names the reseller."))
        return named
    assert principal.organisation_id is not None
    if named not in (None, principal.organisation_id):
        raise OrganisationNotFound
    return principal.organisation_id
