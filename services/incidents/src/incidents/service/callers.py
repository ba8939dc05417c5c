"""The organisation to which a declaration belongs: the one that declares, or the caller's if SQP declares for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import incidents as schemas
from events import OrganisationKind
from events.incidents import Actor, Caller
from incidents import repository
from incidents.errors import CallerNeeded, NobodyElse, NoClientToDeclareFor, UnknownCaller
from incidents.models import CoveredContract


@dataclass(frozen=True)
class Declarer:
    """``caller`` where SQP declares for it."""

    organisation_id: UUID
    kind: OrganisationKind
    caller: Caller | None = None


async def declarer(
    session: AsyncSession, contract: CoveredContract, wanted: schemas.OnBehalf | None, by: Actor
) -> Declarer:
    """Raises NobodyElse, CallerNeeded, NoClientToDeclareFor or UnknownCaller."""
    if by.organisation_kind != "sqp":
        if wanted is not None:
            raise NobodyElse(field="on_behalf")
        assert by.organisation_id is not None, "the route lets people in only"
        assert by.organisation_kind is not None, "the route lets people in only"
        return Declarer(by.organisation_id, by.organisation_kind)
    if wanted is None:
        raise CallerNeeded(field="on_behalf")
    caller = await _caller(session, contract, wanted)
    return Declarer(caller.organisation_id, caller.organisation_kind, caller)


async def _caller(session: AsyncSession, contract: CoveredContract, wanted: schemas.OnBehalf) -> Caller:
    is_client = wanted.organisation == "client"
    organisation_id = contract.client_id if is_client else contract.reseller_id
    if organisation_id is None:
        raise NoClientToDeclareFor(number=contract.number, field="on_behalf.organisation")
    known = await repository.organisation(session, organisation_id)
    name_on_contract = contract.client_name if is_client else contract.reseller_name
    return Caller(
        user_id=wanted.caller_id,
        name=wanted.caller_name or await _name_of(session, wanted.caller_id, organisation_id),
        organisation_id=organisation_id,
        organisation_kind=wanted.organisation,
        organisation_name=known.name if known else name_on_contract or "",
    )


async def _name_of(session: AsyncSession, user_id: UUID | None, organisation_id: UUID) -> str:
    """Of a person whose name identity has not told yet, it must be typed."""
    person = await repository.person_of(session, user_id, organisation_id)
    if person is None or not person.name:
        raise UnknownCaller(field="on_behalf.caller_id")
    return person.name
