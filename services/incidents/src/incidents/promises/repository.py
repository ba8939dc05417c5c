"""The SQL of promises, of their terms and of closures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.locks import one_at_a_time
from chassis.sql import AnyRow
from incidents.models import Incident
from incidents.promises.models import Closure, Promise, PromiseTerms
from incidents.promises.terms import Terms

LATEST = select(PromiseTerms.__table__).order_by(PromiseTerms.revision.desc()).limit(1)


async def terms(database: AsyncSession | AsyncConnection) -> Terms:
    """Those of now."""
    return _terms((await database.execute(LATEST)).one_or_none())


async def terms_of(session: AsyncSession, revision: int) -> Terms:
    query = select(PromiseTerms.__table__).where(PromiseTerms.revision == revision)
    return _terms((await session.execute(query)).one_or_none())


async def changed_after(session: AsyncSession, revision: int) -> datetime | None:
    """When the terms of ``revision`` were superseded; None for those of now."""
    return await session.scalar(select(PromiseTerms.at).where(PromiseTerms.revision == revision + 1))


async def locked_terms(session: AsyncSession) -> Terms:
    """Those of now, which no other changes until this transaction ends."""
    await one_at_a_time(session, "promise_terms")
    return await terms(session)


async def changes(reader: AsyncConnection) -> Sequence[AnyRow]:
    """Every change of the terms, latest first; those of closures, too."""
    return (await reader.execute(select(PromiseTerms.__table__).order_by(PromiseTerms.revision.desc()))).all()


async def closures(reader: AsyncConnection, since: date) -> Sequence[AnyRow]:
    query = select(Closure.__table__).where(Closure.day >= since).order_by(Closure.day)
    return (await reader.execute(query)).all()


async def count_due(session: AsyncSession, days: Sequence[date]) -> int:
    """How many promises are due on one of ``days`` and not fulfilled."""
    query = select(func.count()).select_from(Promise)
    query = query.where(Promise.dispatch_on.in_(days), Promise.fulfilled_at.is_(None), Promise.paused_at.is_(None))
    return (await session.scalars(query)).one()


async def find(database: AsyncSession, number: str) -> Promise | None:
    """Call it under the incident's lock."""
    return await database.get(Promise, number)


async def rows(reader: AsyncConnection, numbers: Sequence[str]) -> dict[str, AnyRow]:
    """By incident; those that were promised nothing are missing."""
    query = select(Promise.__table__).where(Promise.incident_number.in_(numbers))
    return {row.incident_number: row for row in (await reader.execute(query)).all()} if numbers else {}


async def overdue(session: AsyncSession, today: date, limit: int) -> Sequence[tuple[Incident, Promise]]:
    """Promises whose day is over, with their incidents, whose rows are locked."""
    query = (
        select(Incident, Promise)
        .join(Promise, Promise.incident_number == Incident.number)
        .where(
            Promise.dispatch_on < today,
            Promise.fulfilled_at.is_(None),
            Promise.paused_at.is_(None),
            Promise.missed_at.is_(None),
        )
        .order_by(Promise.dispatch_on)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [(incident, promise) for incident, promise in (await session.execute(query)).all()]


def _terms(row: AnyRow | None) -> Terms:
    if row is None:
        return Terms()
    return Terms(row.revision, row.cutoff, row.clock_start, frozenset(map(date.fromisoformat, row.closures)))
