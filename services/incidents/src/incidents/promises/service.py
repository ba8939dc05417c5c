"""The order of work: a promise is made, follows its incident, and is missed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from incidents import event_mapper, feed
from incidents.exchanges import repository as exchanges
from incidents.models import Incident
from incidents.promises import repository
from incidents.promises.models import Promise
from incidents.promises.terms import Terms, promises_next_day
from web import clock

# A page that was opened so long ago still holds what it showed; SQP may change its terms meanwhile.
SHOWN_FOR = timedelta(hours=24)
MISSED_AT_ONCE = 500


async def make(session: AsyncSession, incident: Incident, at: datetime, shown: int | None) -> Promise | None:
    """On declaration, by the terms of the revision that was ``shown``, where these are no older than a day."""
    if not promises_next_day(incident.service_level):
        return None
    terms = await _terms_shown(session, shown, at)
    if terms.clock_start != "declaration":
        return None
    promise = Promise.made(incident.number, at, terms)
    session.add(promise)
    return promise


async def _terms_shown(session: AsyncSession, shown: int | None, at: datetime) -> Terms:
    now = await repository.terms(session)
    if shown is None or shown >= now.revision:
        return now
    superseded_at = await repository.changed_after(session, shown)
    is_recent = superseded_at is not None and at - superseded_at <= SHOWN_FOR
    return await repository.terms_of(session, shown) if is_recent else now


async def follow(session: AsyncSession, incident: Incident, at: datetime) -> None:
    """After the incident or an exchange on it has moved: its promise begins, waits, goes on or is fulfilled. Its row
    must be locked. A dispatch fulfils it, or the resolution of an incident that needed none."""
    promise = await repository.find(session, incident.number)
    if promise is None:
        await _begin_at_approval(session, incident, at)
        return
    if promise.fulfilled_at is not None:
        return
    dispatched_at = await exchanges.dispatched_at(session, incident.number)
    if dispatched_at is not None and clock.day(dispatched_at) <= promise.dispatch_on:
        promise.fulfil(dispatched_at)
        return
    _check(session, incident, promise, at)
    is_solved = incident.status == "resolved"
    if not is_solved and (incident.holds_the_promise or await exchanges.leaves_nothing_now(session, incident)):
        promise.pause(at)
    else:
        promise.resume(at, await repository.terms(session))
    if dispatched_at is not None:
        promise.fulfil(dispatched_at)
    elif is_solved:
        promise.fulfil(at)


async def _begin_at_approval(session: AsyncSession, incident: Incident, at: datetime) -> None:
    if incident.status != "exchange" or not promises_next_day(incident.service_level):
        return
    terms = await repository.terms(session)
    if terms.clock_start == "approval":
        session.add(Promise.made(incident.number, at, terms))


async def mark_missed(session: AsyncSession) -> int:
    """Tells of promises whose day is over, at most 500 a call; how many."""
    at = clock.now()
    due = await repository.overdue(session, clock.day(at), MISSED_AT_ONCE)
    for incident, promise in due:
        _check(session, incident, promise, at)
    return len(due)


def _check(session: AsyncSession, incident: Incident, promise: Promise, at: datetime) -> None:
    """Missed once, and for good: neither a pause nor a late dispatch undoes it."""
    if promise.missed_at is None and promise.is_overdue(at):
        promise.missed_at = at
        incident.bump_version()
        missed = event_mapper.promise_missed(incident, promise.dispatch_on, promise.first_dispatch_on, at)
        feed.tell(session, incident, missed)
