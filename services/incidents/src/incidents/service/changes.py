"""An incident moves from state to state."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import incidents as schemas
from events.incidents import Actor
from incidents import event_mapper, feed, following, repository, states
from incidents.exchanges import withdrawing as exchanges
from incidents.models import Incident
from incidents.pending import service as pending
from incidents.service.loading import for_change
from web import clock
from web.http.preconditions import Precondition

CLOSED_AT_ONCE = 500


async def move(
    session: AsyncSession, number: str, wanted: schemas.StatusChange, by: Actor, precondition: Precondition
) -> Incident:
    incident = await for_change(session, number, by)
    precondition.check(incident.version)
    # What its mover has just written comes before, as it was written.
    await pending.leave(session, incident, by)
    await _move(session, incident, wanted, by, clock.now())
    return incident


async def move_among(
    session: AsyncSession, incident: Incident, wanted: schemas.StatusChange, by: Actor, job_id: UUID
) -> None:
    """Changes the state as part of a bulk job. The incident is locked; people are notified once, when the job ends."""
    await pending.leave(session, incident, by)
    await _move(session, incident, wanted, by, clock.now(), told_with=job_id)


async def go_on_to_exchange(session: AsyncSession, incident: Incident, by: Actor, at: datetime) -> None:
    """Moves the incident to `exchange` after an approval, passing through the diagnosis if it was skipped."""
    if incident.status in states.BEFORE_EXCHANGE:
        await go_on(session, incident, schemas.StatusChange(status="exchange"), by, at)


async def go_on(
    session: AsyncSession, incident: Incident, wanted: schemas.StatusChange, by: Actor, at: datetime
) -> None:
    """Moves a locked incident, by way of the diagnosis where a new one does not get there otherwise."""
    *before, _ = states.way(incident.status, wanted.status)
    for status in before:
        await _move(session, incident, schemas.StatusChange(status=status), by, at)
    await _move(session, incident, wanted, by, at)


async def close_resolved(session: AsyncSession) -> int:
    """Closes what was resolved fourteen days ago and has been quiet since, at most 500 a call; how many."""
    at = clock.now()
    due = await repository.quiet_since(session, at - states.CLOSES_AFTER, CLOSED_AT_ONCE)
    for incident in due:
        await _move(session, incident, schemas.StatusChange(status="closed"), event_mapper.PLATFORM, at)
    return len(due)


async def _move(
    session: AsyncSession,
    incident: Incident,
    wanted: schemas.StatusChange,
    by: Actor,
    at: datetime,
    told_with: UUID | None = None,
) -> None:
    previous = incident.status
    session.add(incident.move(wanted.status, by, at, reason=wanted.reason, note=wanted.note))
    if wanted.status in ("rejected", "cancelled"):
        await exchanges.withdraw(session, incident, by, at)
    incident.bump_version()
    changed = event_mapper.status_changed(
        incident, by, at, previous=previous, note=wanted.note, reason=wanted.reason, told_with=told_with
    )
    feed.tell(session, incident, changed)
    await following.follow(session, incident, at)
