"""The HTTP of merging: SQP's people who may write merge two incidents, and part them again."""

from __future__ import annotations

from fastapi import APIRouter

from api.incidents import Number
from api.incidents import desk as schemas
from chassis.http import idempotency
from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from incidents import auth
from incidents.auth import actor
from incidents.merging import service

merging = APIRouter(prefix="/desk", tags=["desk"], route_class=UnitOfWorkRoute)


@merging.post("/{number}/merge", status_code=204, dependencies=[idempotency.Documented])
async def merge_incident(number: Number, body: schemas.MergeInto, principal: auth.SqpWriter, session: Session) -> None:
    """The incident is over, and its threads are read in those of the other, of the same reseller and client; both were
    open. 409 says what to do where something would be lost: ``exchange_under_way``, ``promise_lost``,
    ``took_one_in``."""
    await service.merge(session, number, body.number, actor(principal))


@merging.delete("/{number}/merge", status_code=204)
async def part_incident(number: Number, principal: auth.SqpWriter, session: Session) -> None:
    """Within ten minutes: the incident is again what it was. 409 ``too_late_to_part``, ``not_merged``."""
    await service.part(session, number, actor(principal))
