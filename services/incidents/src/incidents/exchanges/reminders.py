"""What the platform does on its own: presumes deliveries, reminds of returns, tells of promises that were missed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from incidents import event_mapper, feed, following
from incidents.event_mapper import PLATFORM
from incidents.exchanges import machine, parcel_repository, repository, shipping, standing
from incidents.exchanges.models import AnswerLink, Exchange, ReturnReminder
from incidents.exchanges.scene import Scene
from incidents.models import Incident
from web import clock
from web.auth import opaque
from web.auth.sealing import seal

AT_ONCE = 500
# How long after the due date a link in a reminder is answered by.
LINK_GOOD_FOR = timedelta(days=30)


async def presume_deliveries(session: AsyncSession) -> int:
    """Parcels of which the carrier has said nothing for as long as SQP's settings say count as delivered; how many."""
    now = clock.now()
    terms = await repository.terms(session)
    silent = await parcel_repository.silent(session, now - timedelta(days=terms.presumed_delivered_days), AT_ONCE)
    # In the order in which all who lock several incidents do.
    for parcel in sorted(silent, key=lambda each: each.incident_number):
        incident = await repository.locked_incident(session, parcel.incident_number)
        await session.refresh(parcel)
        if incident is None or parcel.state != "shipped":
            continue
        lines = await parcel_repository.lines_of(session, parcel)
        scene = Scene(session, incident, lines[0], PLATFORM, now, now)
        await shipping.record(scene, parcel, "delivered", step="delivery_presumed")
        await session.flush()
        await following.follow(session, incident, now)
    return len(silent)


def remind(mail_public_key: str) -> Callable[[AsyncSession], Awaitable[int]]:
    """The job that reminds of returns, of replacements as well, at J-5, J-1, J+1 and J+7, once each for a due date;
    how many it sent.

    A reminder that was due while no worker ran is sent late, but of those before it none is.
    """

    async def send(session: AsyncSession) -> int:
        today = clock.today()
        found = await repository.due(session, today, AT_ONCE)
        for incident, line in found:
            days_left = (_due_on(line) - today).days
            reached = min(threshold for threshold in machine.REMINDERS if days_left <= threshold)
            await _remind(session, incident, line, reached, mail_public_key)
        return len(found)

    return send


async def _remind(session: AsyncSession, incident: Incident, line: Exchange, threshold: int, key: str) -> None:
    due_on, of_replacement = _due_on(line), standing.is_replacement_awaited(line)
    now, token = clock.now(), opaque.token()
    expires_at = now + timedelta(days=max((due_on - clock.day(now)).days, 0)) + LINK_GOOD_FOR
    reminder = ReturnReminder(
        exchange_id=line.id, of_replacement=of_replacement, due_on=due_on, threshold=threshold, at=now
    )
    session.add(reminder)
    session.add(AnswerLink(digest=opaque.digest(token), exchange_id=line.id, expires_at=expires_at))
    sealed = seal(key, {"token": token, "expires_at": expires_at.isoformat()})
    link = event_mapper.Link(sealed_token=sealed, expires_at=expires_at, consequence=line.consequence)
    incident.bump_revision()
    told = event_mapper.return_reminded(incident, line, now, due_on, threshold, link, of_replacement=of_replacement)
    outbox.add(session, told)


def _due_on(line: Exchange) -> date:
    day = standing.due_on(line)
    assert day is not None, "the query asks for it"
    return day


async def mark_missed(session: AsyncSession) -> int:
    """Tells of lines that had a promise of their own and were not dispatched by its day; how many."""
    now = clock.now()
    found = await repository.overdue_promises(session, clock.day(now), AT_ONCE)
    for incident, line in found:
        assert line.promised_on is not None, "the query asks for it"
        line.promise_missed_at = now
        incident.bump_version()
        feed.tell(session, incident, event_mapper.promise_missed(incident, line.promised_on, line.promised_on, now))
    return len(found)
