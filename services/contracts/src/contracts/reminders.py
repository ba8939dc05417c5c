"""Reminders before the end of cover: at 90, 60, 30 and 7 days, once each, and one before the last day on which an
extension may be ordered. A moved end date arms them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, ScalarSelect, all_, case, exists, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from chassis.messaging import outbox
from contracts import event_mapper, repository, tasks
from contracts.models import Article, Base, Contract, ExtensionOffer
from web import clock

THRESHOLDS = (7, 30, 60, 90)
# Days before the last day of ordering; no threshold of the others, as the log's key is end and threshold.
ORDER_THRESHOLD = 14
BATCH = 500


class Reminder(Base):
    """What was made of a reminder: ``sent`` on to be told, or ``skipped`` with the reason. A moved end date arms it
    again. ``kind`` ``order`` is the warning before the last day of ordering, whose threshold is none of the others'.
    """

    __tablename__ = "reminders"

    contract_number: Mapped[str] = mapped_column(ForeignKey("contracts.number"), primary_key=True)
    warranty_ends_on: Mapped[date] = mapped_column(primary_key=True)
    threshold: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="end", server_default=text("'end'"))
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    computed_at: Mapped[datetime] = mapped_column(server_default=func.now())


async def remind(session: AsyncSession, today: date | None = None) -> int:
    """Tells what is due today, at most 500 of each kind a call, after which it runs again; how many were told."""
    day = today or clock.today()
    ending = await _locked(session, *_due(day))
    for contract in ending:
        days_left = (contract.warranty_ends_on - day).days
        lines = await _log_lines(session, contract, days_left)
        session.add_all(lines)
        outbox.add(session, event_mapper.expiring(contract, days_left, lines[0].threshold))
    closing = await _warn(session, day)
    if BATCH in (len(ending), closing):
        outbox.add_job(session, tasks.REMIND_MORE)
    return len(ending) + closing


async def _warn(session: AsyncSession, day: date) -> int:
    """Warns where the last day to order an extension is near; how many."""
    spans = select(func.min(ExtensionOffer.order_days_after_end), func.max(ExtensionOffer.order_days_after_end))
    least, most = (await session.execute(spans)).one()
    if least is None:
        return 0
    # The index on the end of cover narrows it before the offers of each contract are looked at.
    near = Contract.warranty_ends_on.between(day - timedelta(days=most), day + timedelta(days=ORDER_THRESHOLD - least))
    left = Contract.warranty_ends_on + last_order_days() - day
    told = _logged(literal(ORDER_THRESHOLD))
    contracts = await _locked(session, near, left.between(0, ORDER_THRESHOLD), ~told)
    for contract in contracts:
        days = await session.scalar(select(last_order_days()).where(Contract.number == contract.number))
        until = contract.warranty_ends_on + timedelta(days=days or 0)
        session.add(_line(contract, ORDER_THRESHOLD, "order"))
        days_left = (contract.warranty_ends_on - day).days
        outbox.add(session, event_mapper.expiring(contract, days_left, ORDER_THRESHOLD, until))
    return len(contracts)


def last_order_days() -> ScalarSelect[int]:
    """How many days after its end of cover the last offer for what is left to renew of a contract may be ordered; NULL
    without an offer."""
    # Named, as a subquery of a subquery would read every contract instead of the one around them.
    articles = select(Article.product_reference).where(Article.contract_number == Contract.number).correlate(Contract)
    product = ExtensionOffer.applies_to_product_reference
    query = select(func.max(ExtensionOffer.order_days_after_end)).where(
        or_(product == Contract.product_reference, product.in_(articles)),
        product != all_(Contract.settled_references),
    )
    return query.correlate(Contract).scalar_subquery()


def _due(day: date) -> tuple[ColumnElement[bool], ...]:
    """Contracts in force whose nearest threshold has no line in the log for this end date."""
    days_left = Contract.warranty_ends_on - day
    nearest = case(*((days_left <= threshold, threshold) for threshold in THRESHOLDS))
    near = Contract.warranty_ends_on.between(day, day + timedelta(days=max(THRESHOLDS)))
    return Contract.starts_on <= day, near, ~_logged(nearest)


def _logged(threshold: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(
        Reminder.contract_number == Contract.number,
        Reminder.warranty_ends_on == Contract.warranty_ends_on,
        Reminder.threshold == threshold,
    )


async def _locked(session: AsyncSession, *wanted: ColumnElement[bool]) -> Sequence[Contract]:
    """Those of which anything is left to renew."""
    query = (
        select(Contract)
        .where(*wanted, Contract.credited_on.is_(None), Contract.followed_by.is_(None))
        .options(*repository.WHOLE)
        .order_by(Contract.number)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.scalars(query)).all()


async def _log_lines(session: AsyncSession, contract: Contract, days_left: int) -> list[Reminder]:
    """The nearest threshold is told; wider ones that no line speaks of were passed before anyone could be told."""
    query = select(Reminder.threshold).where(
        Reminder.contract_number == contract.number, Reminder.warranty_ends_on == contract.warranty_ends_on
    )
    logged = set((await session.scalars(query)).all())
    told, *passed = [threshold for threshold in THRESHOLDS if days_left <= threshold]
    skipped = [_line(contract, t, "end", "skipped", f"{days_left} days left") for t in passed if t not in logged]
    return [_line(contract, told, "end"), *skipped]


def _line(contract: Contract, threshold: int, kind: str, outcome: str = "sent", reason: str = "") -> Reminder:
    return Reminder(
        contract_number=contract.number,
        warranty_ends_on=contract.warranty_ends_on,
        threshold=threshold,
        kind=kind,
        outcome=outcome,
        reason=reason,
    )
