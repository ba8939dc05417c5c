"""The HTTP of rescues: SQP's administrators, two at a time."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from api.identity import factors as schemas
from chassis.http import idempotency
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth
from identity.dependencies import ServicesDep
from identity.factors import rescues

router = APIRouter(prefix="/rescues", tags=["rescues"], route_class=UnitOfWorkRoute)


@router.get("")
async def list_rescues(principal: auth.SupportAdministrator, reader: Reader) -> schemas.Rescues:
    """Those that wait for a second person; ``own`` are the caller's."""
    found = [schemas.Rescue.model_validate(row) for row in await rescues.pending(reader)]
    for each in found:
        each.own = each.asked_by == principal.user_id
    return schemas.Rescues(items=found)


@router.post("", status_code=202, dependencies=[idempotency.Documented])
async def ask_for_rescue(
    body: schemas.RescueAsk, principal: auth.ProvenSupport, session: Session, services: ServicesDep
) -> None:
    """For the only administrator of a reseller or client, who has lost the second factor and the recovery codes. The
    person is told at once."""
    await rescues.ask(session, body.login, body.reason, principal, services.settings)


@router.post("/{identifier}/confirm", status_code=204, dependencies=[idempotency.Documented])
async def confirm_rescue(
    identifier: UUID, principal: auth.ProvenSupport, session: Session, services: ServicesDep
) -> None:
    """By another person than the one who asked: the person gets a link, good once, to begin again."""
    await rescues.confirm(session, identifier, principal, services.links)


@router.post("/{identifier}/refuse", status_code=204, dependencies=[idempotency.Documented])
async def refuse_rescue(identifier: UUID, principal: auth.SupportAdministrator, session: Session) -> None:
    """Nothing leaves."""
    await rescues.refuse(session, identifier, principal)
