"""The people of one's organisation."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.identity import people as schemas
from chassis.http import idempotency
from chassis.http.paging import Cursor, Limit, Search, Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, queries
from identity.api.listing import page_of
from identity.dependencies import ServicesDep
from identity.errors import UserNotFound
from identity.factors import colleagues
from identity.models import User
from identity.service import people as service
from web.http.preconditions import IfMatch, set_etag
from web.schemas import Page

router = APIRouter(tags=["users"], route_class=UnitOfWorkRoute)


@router.get("/users")
async def list_users(
    principal: auth.Person,
    reader: Reader,
    q: Search = "",
    sort: Annotated[str, Query(max_length=40)] = "last_name",
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Page[schemas.User]:
    order = Sort.parse(sort, queries.USER_SORTS)
    query, exact = queries.users(principal, q), queries.is_login(q) if q else None
    return await page_of(reader, query, order, User.id.expression, limit, cursor, schemas.User, exact)


@router.post(
    "/users",
    status_code=201,
    dependencies=[idempotency.Documented],
    responses={200: {"model": schemas.User, "description": "Invited again"}},
)
async def create_user(
    body: schemas.UserCreate, principal: auth.Administrator, session: Session, services: ServicesDep, response: Response
) -> schemas.User:
    """The person gets a link, good for 7 days, to choose a password; again, where an invitation waits already."""
    async with services.throttle.asking_for_a_login(principal.user_id, body.login):
        user, is_new = await service.create(session, body.model_dump(), principal, services.links)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/api/v1/users/{user.id}"
    set_etag(response, user.version)
    return schemas.User.model_validate(user)


@router.get("/users/{identifier}")
async def get_user(identifier: UUID, principal: auth.Person, reader: Reader, response: Response) -> schemas.User:
    row = await queries.user(reader, identifier, principal.organisation_id)
    if row is None:
        raise UserNotFound
    set_etag(response, row.version)
    return schemas.User.model_validate(row)


@router.patch("/users/{identifier}")
async def change_user(
    identifier: UUID,
    body: schemas.UserPatch,
    principal: auth.Administrator,
    precondition: IfMatch,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> schemas.User:
    """``status`` disables a person, whose sessions end, or lets one back in."""
    wanted = body.model_dump(exclude_none=True)
    async with services.throttle.asking_for_a_login(principal.user_id, body.login):
        user = await service.change(session, identifier, wanted, principal, precondition, services.links)
    set_etag(response, user.version)
    return schemas.User.model_validate(user)


@router.delete("/users/{identifier}", status_code=204)
async def disable_user(identifier: UUID, principal: auth.Administrator, session: Session) -> None:
    """Disables the person and ends his or her sessions; what he or she did stays signed."""
    await service.disable(session, identifier, principal)


@router.post("/users/{identifier}/invitation", status_code=202, dependencies=[idempotency.Documented])
async def invite_again(
    identifier: UUID, principal: auth.Administrator, session: Session, services: ServicesDep
) -> None:
    """Sends another link; the ones before are good no more."""
    await service.invite_again(session, identifier, principal, services.links)


@router.delete("/users/{identifier}/factors", status_code=204)
async def reset_factors(identifier: UUID, principal: auth.ProvenAdministrator, session: Session) -> None:
    """For a colleague who lost the second factor: the sessions end, and the password alone opens the account until
    another one is added."""
    await colleagues.reset(session, identifier, principal)
