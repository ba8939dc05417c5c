"""What SQP's administrators set: cut-off, start of the clock, closures. Every change is a revision of the terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents import promises as schemas
from chassis import audit
from events.incidents import Actor
from incidents.promises import repository
from incidents.promises.errors import ClosedAlready, ClosureNotFound, DayIsOver, NotAWorkingDay
from incidents.promises.models import Closure, PromiseTerms
from incidents.promises.terms import Terms
from incidents.promises.working_days import is_dispatch_day
from web import clock
from web.http.preconditions import Precondition


async def change(
    session: AsyncSession, wanted: schemas.PromiseSettingsPatch, by: Actor, precondition: Precondition
) -> Terms:
    """For what begins from now on. What stays as it is makes no revision."""
    terms = await repository.locked_terms(session)
    precondition.check(terms.revision)
    cutoff = time.fromisoformat(wanted.cutoff) if wanted.cutoff else terms.cutoff
    changed = replace(terms, cutoff=cutoff, clock_start=wanted.clock_start or terms.clock_start)
    if changed == terms:
        audit.skip(session)
        return terms
    audit.name(session, f"{changed.cutoff:%H:%M} · {changed.clock_start}")
    return _revised(session, changed, by)


async def close(session: AsyncSession, wanted: schemas.ClosureCreate, by: Actor) -> tuple[list[date], int]:
    """The days that are closed now, and how many promises stay due on them.

    Raises DayIsOver, NotAWorkingDay where none of the days is worked, ClosedAlready where all are closed.
    """
    if wanted.day < clock.today():
        raise DayIsOver.of(wanted.day)
    last = wanted.until or wanted.day
    every = [wanted.day + timedelta(days=ahead) for ahead in range((last - wanted.day).days + 1)]
    worked = [day for day in every if is_dispatch_day(day)]
    if not worked:
        raise NotAWorkingDay.of(wanted.day)
    terms = await repository.locked_terms(session)
    fresh = [day for day in worked if day not in terms.closures]
    if not fresh:
        raise ClosedAlready.of(worked[0])
    at = clock.now()
    for day in fresh:
        session.add(Closure(day=day, reason=wanted.reason, added_at=at, added_by=by.user_id, added_by_name=by.name))
    _revised(session, replace(terms, closures=terms.closures | set(fresh)), by)
    audit.name(session, f"{fresh[0]:%d/%m/%Y}" + (f" – {fresh[-1]:%d/%m/%Y}" if len(fresh) > 1 else ""))
    return fresh, await repository.count_due(session, fresh)


async def reopen(session: AsyncSession, day: date, by: Actor) -> None:
    """The day is worked again. Raises ClosureNotFound, DayIsOver."""
    terms = await repository.locked_terms(session)
    if await session.scalar(select(Closure.day).where(Closure.day == day)) is None:
        raise ClosureNotFound.of(day)
    if day < clock.today():
        raise DayIsOver.of(day)
    await session.execute(delete(Closure).where(Closure.day == day))
    audit.name(session, f"{day:%d/%m/%Y}")
    _revised(session, replace(terms, closures=terms.closures - {day}), by)


def _revised(session: AsyncSession, terms: Terms, by: Actor) -> Terms:
    revised = replace(terms, revision=terms.revision + 1)
    session.add(PromiseTerms.of(revised, by, clock.now()))
    return revised
