"""Invitations that the caller manages: SQP those of resellers and clients, a reseller those of its clients."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.identity import invitations as schemas
from chassis.http import idempotency
from chassis.http.paging import Cursor, Limit, Search, Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, queries
from identity.api.listing import page_of
from identity.dependencies import ServicesDep
from identity.errors import OrganisationNotFound, UserNotFound
from identity.models import User
from identity.service import invitations as service
from web.auth.principal import Principal
from web.schemas import Page

router = APIRouter(tags=["invitations"], route_class=UnitOfWorkRoute)

AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"description": "The person waited already, and gets the link again", "model": schemas.Invited}
}


@router.get("/invitations")
async def list_invitations(
    principal: auth.CanReadClients,
    reader: Reader,
    q: Search = "",
    state: schemas.InvitationState | None = None,
    sort: Annotated[str, Query(max_length=40)] = "-created_at",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[schemas.Invitation]:
    """People who have yet to choose their first password: ``pending``, ``expired``, or ``failed`` when the message
    was refused for good."""
    order = Sort.parse(sort, queries.INVITATION_SORTS)
    query = queries.invitations(principal, q, state)
    return await page_of(reader, query, order, User.id.expression, limit, cursor, schemas.Invitation)


@router.get("/invitations/{identifier}")
async def get_invitation(identifier: UUID, principal: auth.CanReadClients, reader: Reader) -> schemas.Invitation:
    row = await queries.invitation(reader, identifier, principal)
    if row is None:
        raise UserNotFound
    return schemas.Invitation.model_validate(row)


@router.post("/invitations/{identifier}/again", dependencies=[idempotency.Documented])
async def send_again(
    identifier: UUID, body: schemas.SendAgain, principal: auth.ClientManager, session: Session, services: ServicesDep
) -> schemas.Invited:
    """Another link, to a corrected address where one is given; the ones before are good no more."""
    user, _ = await service.send_again(session, identifier, body.email, principal, services.links)
    return schemas.Invited.model_validate(user)


@router.post(
    "/clients/{identifier}/invitation", status_code=201, responses=AGAIN, dependencies=[idempotency.Documented]
)
async def invite_client(
    identifier: UUID,
    body: schemas.Invite,
    principal: auth.ClientManager,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> schemas.Invited:
    """A person of a client. Without a role: administrator while the client has no active one."""
    return await _invite(session, identifier, body, principal, services, response)


@router.post(
    "/resellers/{identifier}/invitation", status_code=201, responses=AGAIN, dependencies=[idempotency.Documented]
)
async def invite_reseller(
    identifier: UUID,
    body: schemas.Invite,
    principal: auth.SupportAdministrator,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> schemas.Invited:
    """A person of a reseller. Without a role: administrator while the reseller has no active one."""
    return await _invite(session, identifier, body, principal, services, response)


@router.get("/resellers/{identifier}/users")
async def list_reseller_users(
    identifier: UUID,
    _: auth.Support,
    reader: Reader,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "last_name",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[schemas.LookedAfter]:
    if await queries.reseller(reader, identifier) is None:
        raise OrganisationNotFound
    order = Sort.parse(sort, queries.USER_SORTS)
    query = queries.people_of(identifier, q)
    return await page_of(reader, query, order, User.id.expression, limit, cursor, schemas.LookedAfter)


async def _invite(
    session: Session,
    identifier: UUID,
    body: schemas.Invite,
    principal: Principal,
    services: ServicesDep,
    response: Response,
) -> schemas.Invited:
    user, is_new = await service.invite(session, identifier, body.model_dump(), principal, services.links)
    response.status_code = 201 if is_new else 200
    return schemas.Invited.model_validate(user)
