"""What SQP's back-office systems say of resellers and clients."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from api.identity import organisations as schemas
from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from identity import auth
from identity.dependencies import ServicesDep
from identity.service import organisations as service
from web.http.preconditions import set_etag
from web.schemas import Code

router = APIRouter(prefix="/backoffice", tags=["back office"], route_class=UnitOfWorkRoute)

CREATED: dict[int | str, dict[str, Any]] = {201: {"model": schemas.Organisation, "description": "Created"}}


@router.put("/resellers/{code}", responses=CREATED)
async def put_reseller(
    code: Code,
    body: schemas.ResellerPut,
    principal: auth.BackOffice,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> schemas.Organisation:
    """Creates the reseller or replaces what it says; its account comes with its first contract. A corrected
    address takes along an invitation that waits at the one before."""
    of, is_new = await service.put(session, "reseller", code, body.model_dump(), principal, services.links)
    response.status_code = 201 if is_new else 200
    set_etag(response, of.version)
    return schemas.Organisation.model_validate(of)


@router.put("/clients/{code}", responses=CREATED)
async def put_client(
    code: Code,
    body: schemas.ClientPut,
    principal: auth.BackOffice,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> schemas.Organisation:
    """Creates the client or replaces what it says; it stays with its reseller."""
    wanted = body.model_dump(exclude={"reseller_code"})
    of, is_new = await service.put(session, "client", code, wanted, principal, services.links, body.reseller_code)
    response.status_code = 201 if is_new else 200
    set_etag(response, of.version)
    return schemas.Organisation.model_validate(of)
