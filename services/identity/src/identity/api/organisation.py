"""One's own organisation."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.identity import organisations as schemas
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, queries
from identity.errors import OrganisationNotFound
from identity.factors import colleagues
from identity.service import organisations as service
from web.http.preconditions import IfMatch, set_etag

router = APIRouter(prefix="/organisation", tags=["organisation"], route_class=UnitOfWorkRoute)


@router.get("")
async def get_organisation(principal: auth.Person, reader: Reader, response: Response) -> schemas.Organisation:
    row = await queries.organisation(reader, principal.organisation_id)
    if row is None:
        raise OrganisationNotFound
    set_etag(response, row.version)
    return schemas.Organisation.model_validate(row)


@router.patch("")
async def change_organisation(
    body: schemas.OrganisationPatch,
    principal: auth.Administrator,
    precondition: IfMatch,
    session: Session,
    response: Response,
) -> schemas.Organisation:
    of = await service.change_own(session, body.model_dump(exclude_none=True), principal, precondition)
    set_etag(response, of.version)
    return schemas.Organisation.model_validate(of)


@router.put("/second-factor")
async def require_second_factor(
    body: schemas.SecondFactorRule, principal: auth.ProvenAdministrator, session: Session, response: Response
) -> schemas.Organisation:
    """Whether the organisation's people must have a second factor. Who has none is logged out, and adds one at the next
    log-in before anything else."""
    of = await colleagues.require(session, principal, is_required=body.required)
    set_etag(response, of.version)
    return schemas.Organisation.model_validate(of)
