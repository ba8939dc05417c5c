"""Reminders before the end of cover: at 90, 60, 30 and 7 days, once each, re-armed when the end date moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import case, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from chassis.messaging import outbox
from contracts import event_mapper
from contracts.models import Contract, Reminder
from web import clock

THRESHOLDS = (7, 30, 60, 90)
BATCH = 500


async def remind(session: AsyncSession, today: date | None = None) -> int:
    """Tells what is due today, for at most 500 contracts a call; how many reminders went out."""
    day = today or clock.today()
    contracts = await _due(session, day)
    for contract in contracts:
        days_left = (contract.warranty_ends_on - day).days
        session.add_all(await _log_lines(session, contract, days_left))
        outbox.add(session, event_mapper.expiring(contract, days_left))
    return len(contracts)


async def _due(session: AsyncSession, day: date) -> Sequence[Contract]:
    """Contracts in force whose nearest threshold has no line in the log for this end date."""
    days_left = Contract.warranty_ends_on - day
    nearest = case(*((days_left <= threshold, threshold) for threshold in THRESHOLDS))
    logged = exists().where(
        Reminder.contract_number == Contract.number,
        Reminder.warranty_ends_on == Contract.warranty_ends_on,
        Reminder.threshold == nearest,
    )
    query = (
        select(Contract)
        .where(Contract.starts_on <= day, days_left >= 0, days_left <= max(THRESHOLDS), ~logged)
        .options(selectinload(Contract.articles), selectinload(Contract.extensions))
        .order_by(Contract.number)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def _log_lines(session: AsyncSession, contract: Contract, days_left: int) -> list[Reminder]:
    """The nearest threshold was sent; wider ones that no line speaks of were passed before anyone could be told."""
    query = select(Reminder.threshold).where(
        Reminder.contract_number == contract.number, Reminder.warranty_ends_on == contract.warranty_ends_on
    )
    logged = set((await session.scalars(query)).all())
    sent, *passed = [threshold for threshold in THRESHOLDS if days_left <= threshold]
    outcomes = [(sent, "sent", ""), *((t, "skipped", f"{days_left} days left") for t in passed if t not in logged)]
    return [
        Reminder(
            contract_number=contract.number,
            warranty_ends_on=contract.warranty_ends_on,
            threshold=threshold,
            outcome=outcome,
            reason=reason,
        )
        for threshold, outcome, reason in outcomes
    ]
