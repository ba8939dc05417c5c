"""The SQL of exchanges: loading for a change. Everything of one incident is read under that incident's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents.exchanges import FactStep
from chassis.locks import one_at_a_time
from chassis.sql import AnyRow
from events.exchange_words import Consequence
from incidents.exchanges import machine, standing
from incidents.exchanges.models import (
    AnswerLink,
    Exchange,
    ExchangeFact,
    ExchangeTerms,
    ReturnReminder,
    Statement,
    fresh,
)
from incidents.exchanges.terms import Terms
from incidents.models import Incident
from web.text import codes

LATEST = select(ExchangeTerms.__table__).order_by(ExchangeTerms.revision.desc()).limit(1)


def _one_of(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """With the words in the statement: a plan for any parameters would not use the index of such rows alone."""
    condition: ColumnElement[bool] = column.in_(
        bindparam(None, list(words), expanding=True, literal_execute=True, unique=True)
    )
    return condition


_IS_APPROVED = _one_of(Exchange.decision, ["approved"])
_IS_REPLACEMENT_AWAITED = _one_of(Exchange.replacement_return, standing.REPLACEMENT_AWAITED)
_IS_RETURN_AWAITED = and_(_IS_APPROVED, _one_of(Exchange.return_state, standing.AWAITED))
IS_AWAITED = or_(_IS_RETURN_AWAITED, _IS_REPLACEMENT_AWAITED)


def is_overdue(today: date) -> ColumnElement[bool]:
    """As :func:`standing.is_overdue`. By ``due_on``, too, which the index of what is awaited has."""
    return and_(IS_AWAITED, Exchange.due_on < today, Exchange.late_after < today)


async def terms(database: AsyncSession | AsyncConnection) -> Terms:
    """Those of now."""
    row = (await database.execute(LATEST)).one_or_none()
    if row is None:
        return Terms()
    return Terms(
        row.revision,
        row.return_days,
        row.by_service_level,
        row.extension_days,
        row.presumed_delivered_days,
        row.overdue,
        row.return_address,
    )


async def locked_terms(session: AsyncSession) -> Terms:
    """Those of now, which no other changes until this transaction ends."""
    await one_at_a_time(session, "exchange_terms")
    return await terms(session)


async def last_change(reader: AsyncConnection) -> AnyRow | None:
    """The last change of the terms."""
    return (await reader.execute(LATEST)).one_or_none()


async def line(session: AsyncSession, number: str, line: int) -> Exchange | None:
    query = select(Exchange).where(Exchange.incident_number == number, Exchange.line == line)
    return await session.scalar(query)


async def lines(session: AsyncSession, number: str) -> Sequence[Exchange]:
    query = select(Exchange).where(Exchange.incident_number == number).order_by(Exchange.line)
    return (await session.scalars(query)).all()


async def add_line(session: AsyncSession, incident: Incident, at: datetime, **values: Any) -> Exchange:
    """The incident's next line; ``values`` are what differs from one of which nothing is decided."""
    last = await session.scalar(select(func.max(Exchange.line)).where(Exchange.incident_number == incident.number))
    line = Exchange(
        id=uuid4(),
        incident_number=incident.number,
        line=(last or 0) + 1,
        version=1,
        reseller_id=incident.reseller_id,
        requested_at=at,
        **(fresh() | values),
    )
    session.add(line)
    await session.flush()
    return line


async def is_told(session: AsyncSession, line: Exchange, step: FactStep, note: str) -> bool:
    query = select(ExchangeFact.id).where(
        ExchangeFact.exchange_id == line.id, ExchangeFact.step == step, ExchangeFact.note == note
    )
    return await session.scalar(query.limit(1)) is not None


async def has_told(session: AsyncSession, line: Exchange, step: FactStep) -> bool:
    query = select(ExchangeFact.id).where(ExchangeFact.exchange_id == line.id, ExchangeFact.step == step)
    return await session.scalar(query.limit(1)) is not None


async def is_last_by_person(session: AsyncSession, line: Exchange, steps: Sequence[FactStep]) -> bool:
    """Whether a person told the last of these."""
    query = select(ExchangeFact.user_id).where(ExchangeFact.exchange_id == line.id, ExchangeFact.step.in_(steps))
    return await session.scalar(query.order_by(ExchangeFact.id.desc()).limit(1)) is not None


async def reservation(session: AsyncSession, line: Exchange, serial: str) -> dict[str, Any] | None:
    """What was told when the unit of this serial number was last chosen for the line."""
    query = select(ExchangeFact.data).where(
        ExchangeFact.exchange_id == line.id,
        ExchangeFact.step == "reserved",
        ExchangeFact.data["serial"].astext == serial,
    )
    return await session.scalar(query.order_by(ExchangeFact.id.desc()).limit(1))


async def is_certificate(session: AsyncSession, number: str, file_id: UUID) -> bool:
    query = select(Exchange.id).where(Exchange.incident_number == number, Exchange.certificate_file_id == file_id)
    return await session.scalar(query.limit(1)) is not None


def overdue(reseller_id: UUID, today: date) -> Select[Consequence, int]:
    """How many of the reseller's returns are overdue, by what follows from each."""
    query = select(Exchange.consequence, func.count()).where(is_overdue(today), Exchange.reseller_id == reseller_id)
    return query.group_by(Exchange.consequence)


async def count_overdue(session: AsyncSession, reseller_id: UUID, today: date) -> dict[Consequence, int]:
    return dict((await session.execute(overdue(reseller_id, today))).all())


async def leaves_nothing_now(session: AsyncSession, incident: Incident) -> bool:
    """Whether all that is to leave waits until a faulty unit has come, or every product is paid back instead."""
    query = select(Exchange.__table__).where(
        Exchange.incident_number == incident.number, Exchange.decision.in_(("approved", "closed"))
    )
    lines = (await session.execute(query)).all()
    to_leave = [
        line
        for line in lines
        if line.decision == "approved" and line.type in standing.SHIPS and line.dispatch in standing.NOT_SENT
    ]
    if to_leave:
        return all(standing.waits_for_return(line) for line in to_leave)
    paid_back = {line.serial_code for line in lines if line.type == "credit"}
    return paid_back >= {codes.serial(article["serial_number"]) for article in incident.articles}


async def dispatched_at(session: AsyncSession, number: str) -> datetime | None:
    """When the incident's first parcel left."""
    query = select(func.min(Exchange.dispatched_at)).where(Exchange.incident_number == number)
    return await session.scalar(query)


async def last_statement(session: AsyncSession, number: str) -> Statement | None:
    query = select(Statement).where(Statement.incident_number == number)
    return await session.scalar(query.order_by(Statement.id.desc()).limit(1))


async def due(session: AsyncSession, today: date, limit: int) -> Sequence[tuple[Incident, Exchange]]:
    """Lines of which something is to come back and the reminder that is due was not sent; their incidents are
    locked."""
    until = today + timedelta(days=max(machine.REMINDERS))
    days_left = Exchange.late_after - today
    reached = case(*((days_left <= threshold, threshold) for threshold in sorted(machine.REMINDERS)))
    is_sent = exists().where(
        ReturnReminder.exchange_id == Exchange.id,
        ReturnReminder.of_replacement == (Exchange.replacement_return == "expected"),
        ReturnReminder.due_on == Exchange.due_on,
        ReturnReminder.threshold == reached,
    )
    query = (
        select(Incident, Exchange)
        .join(Exchange, Exchange.incident_number == Incident.number)
        .where(IS_AWAITED, Exchange.late_after.between(until - machine.REMINDED_FOR, until), ~is_sent)
        .order_by(Exchange.late_after)
        .limit(limit)
        .with_for_update(of=Incident, skip_locked=True, key_share=True)
    )
    return [(incident, line) for incident, line in (await session.execute(query)).all()]


async def overdue_promises(session: AsyncSession, today: date, limit: int) -> Sequence[tuple[Incident, Exchange]]:
    """Lines that had a promise of their own and were not dispatched by its day; their incidents are locked."""
    query = (
        select(Incident, Exchange)
        .join(Exchange, Exchange.incident_number == Incident.number)
        .where(
            Exchange.promised_on < today,
            Exchange.decision == "approved",
            Exchange.dispatched_at.is_(None),
            Exchange.promise_missed_at.is_(None),
        )
        .limit(limit)
        .with_for_update(of=Incident, skip_locked=True, key_share=True)
    )
    return [(incident, line) for incident, line in (await session.execute(query)).all()]


async def good_link(database: AsyncSession | AsyncConnection, digest: str, now: datetime) -> UUID | None:
    """The line that the link is about."""
    query = select(AnswerLink.exchange_id).where(
        AnswerLink.digest == digest, AnswerLink.expires_at > now, AnswerLink.used_at.is_(None)
    )
    return (await database.execute(query)).scalar_one_or_none()


async def take_link(session: AsyncSession, digest: str, now: datetime) -> UUID | None:
    """As :func:`good_link`; it is good no more."""
    statement = update(AnswerLink).where(
        AnswerLink.digest == digest, AnswerLink.expires_at > now, AnswerLink.used_at.is_(None)
    )
    return await session.scalar(statement.values(used_at=now).returning(AnswerLink.exchange_id))


async def locked_incident(session: AsyncSession, number: str) -> Incident | None:
    """Without a check of visibility: for the platform's own jobs, carriers' facts and signed links."""
    return await session.scalar(select(Incident).where(Incident.number == number).with_for_update(key_share=True))
