"""The order of work when a renewal changes: by its reseller, by the shop's order, by an order withdrawn."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.renewals import RenewalPatch
from chassis import audit
from contracts import repository
from contracts.errors import RenewalNotFound
from contracts.models import Contract
from contracts.renewals.models import Renewal
from web.auth.principal import Principal
from web.http.preconditions import Precondition


async def change(
    session: AsyncSession,
    number: str,
    ends_on: date,
    wanted: RenewalPatch,
    principal: Principal,
    precondition: Precondition,
) -> Renewal:
    """Raises RenewalNotFound for a contract of another reseller, for an end of cover that has moved since, and where
    all that was covered was paid back."""
    contract = await repository.find_for_change(session, number)
    if contract is None or contract.reseller_id != principal.organisation_id:
        raise RenewalNotFound(number=number, day=f"{ends_on:%d/%m/%Y}")
    renewal = await _of(session, contract, ends_on)
    is_present = ends_on == contract.warranty_ends_on
    if contract.credited_on if is_present else renewal.state != "ordered":
        raise RenewalNotFound(number=number, day=f"{ends_on:%d/%m/%Y}")
    precondition.check(renewal.version)
    before = renewal.state
    if not renewal.change(wanted, is_followed=is_present and contract.followed_by is not None):
        audit.skip(session)
        return renewal
    session.add(renewal)
    audit.record(
        session,
        "renewal.change",
        organisation_id=contract.reseller_id,
        subject=contract.number,
        by=principal,
        ends_on=ends_on.isoformat(),
        before=before,
        after=renewal.state,
    )
    return renewal


async def order(session: AsyncSession, contract: Contract, ended_on: date, order_id: str) -> None:
    """The shop's order has moved the end of cover from ``ended_on``: that renewal is done."""
    renewal = await _of(session, contract, ended_on)
    renewal.order(order_id)
    session.add(renewal)


async def reopen(session: AsyncSession, order_id: str) -> None:
    """An order from before renewals were kept closed none."""
    renewal = await session.scalar(select(Renewal).where(Renewal.order_id == order_id))
    if renewal is not None:
        renewal.reopen()


async def _of(session: AsyncSession, contract: Contract, ends_on: date) -> Renewal:
    """Its row, or a new one that is not added yet. The contract's lock is the renewal's, too."""
    known = await session.get(Renewal, (contract.number, ends_on))
    return known or Renewal(
        contract_number=contract.number,
        ends_on=ends_on,
        reseller_id=contract.reseller_id,
        version=0,
        state="open",
        note="",
    )
