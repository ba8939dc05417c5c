"""An incident changes: its state, and what is said about it."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from api import incidents as schemas
from events.incidents import Actor, Thread
from incidents import access, event_mapper, feed, following, repository, states
from incidents.canned import service as canned
from incidents.desk import service as desk
from incidents.drafts import service as drafts
from incidents.errors import MentionsAreForNotes
from incidents.exchanges import withdrawing as exchanges
from incidents.models import Incident, Message
from incidents.searching import repository as searching
from incidents.service import guard, notes
from incidents.service.attachments import attach_to
from incidents.service.loading import for_change
from web import clock
from web.http.preconditions import Precondition

CLOSED_AT_ONCE = 500


async def move(
    session: AsyncSession, number: str, wanted: schemas.StatusChange, by: Actor, precondition: Precondition
) -> Incident:
    incident = await for_change(session, number, by)
    precondition.check(incident.version)
    await _move(session, incident, wanted, by, clock.now())
    return incident


async def go_on_to_exchange(session: AsyncSession, incident: Incident, by: Actor, at: datetime) -> None:
    """As an exchange was approved; SQP has then diagnosed, whether it said so before or not."""
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


async def post(
    session: AsyncSession,
    number: str,
    thread: Thread,
    wanted: schemas.MessageCreate,
    by: Actor,
    precondition: Precondition | None = None,
) -> tuple[Incident, Message]:
    """A message in a thread that ``by`` takes part in, with its files; ``precondition``: how far ``by`` has read it."""
    incident = await for_change(session, number, by)
    return incident, await say(session, incident, thread, wanted, by, precondition)


async def say(
    session: AsyncSession,
    incident: Incident,
    thread: Thread,
    wanted: schemas.MessageCreate,
    by: Actor,
    precondition: Precondition | None = None,
) -> Message:
    """On a locked incident."""
    access.require_thread(incident, thread, by)
    access.require_open(incident, thread)
    canned.require_filled(thread, wanted.body, by)
    await guard.check(session, incident, thread, by, precondition)
    at = clock.now()
    message = await _write(session, incident, thread, wanted, by, at)
    await attach_to(session, incident, wanted.file_ids, thread, by, at, message.id)
    await drafts.message_left(session, incident.number, thread, by)
    await searching.add_message(session, incident, message)
    await desk.follow(session, incident, at)
    return message


async def _write(
    session: AsyncSession, incident: Incident, thread: Thread, wanted: schemas.MessageCreate, by: Actor, at: datetime
) -> Message:
    message = Message(
        id=uuid4(),
        incident_number=incident.number,
        thread=thread,
        body=wanted.body,
        at=at,
        author_id=by.user_id,
        author_name=by.name,
        organisation_id=by.organisation_id,
        organisation_kind=by.organisation_kind,
    )
    if thread == "internal":
        return await notes.add(session, incident, message, wanted.mentions, by)
    if wanted.mentions:
        raise MentionsAreForNotes(field="mentions")
    doubts = await _is_first_doubt(session, incident, thread)
    session.add(message)
    await session.flush()
    incident.bump_version(thread)
    feed.tell(session, incident, event_mapper.message_posted(incident, by, message, thread))
    if doubts:
        incident.bump_version(thread)
        closes_on = clock.day(at + states.CLOSES_AFTER)
        feed.tell(session, incident, event_mapper.closing_postponed(incident, by, at, closes_on))
    return message


async def close_resolved(session: AsyncSession) -> int:
    """Closes what was resolved fourteen days ago and has been quiet since, at most 500 a call; how many."""
    at = clock.now()
    due = await repository.quiet_since(session, at - states.CLOSES_AFTER, CLOSED_AT_ONCE)
    for incident in due:
        await _move(session, incident, schemas.StatusChange(status="closed"), event_mapper.PLATFORM, at)
    return len(due)


async def _move(
    session: AsyncSession, incident: Incident, wanted: schemas.StatusChange, by: Actor, at: datetime
) -> None:
    previous = incident.status
    session.add(incident.move(wanted.status, by, at, reason=wanted.reason, note=wanted.note))
    if wanted.status in ("rejected", "cancelled"):
        await exchanges.withdraw(session, incident, by, at)
    incident.bump_version()
    changed = event_mapper.status_changed(incident, by, at, previous=previous, note=wanted.note, reason=wanted.reason)
    feed.tell(session, incident, changed)
    await following.follow(session, incident, at)


async def _is_first_doubt(session: AsyncSession, incident: Incident, thread: Thread) -> bool:
    """Whether a message in ``thread`` is the first between reseller and client since the incident was resolved: SQP,
    who reads its own thread only, is to know that the closing is put off."""
    if incident.resolved_at is None or thread != "client":
        return False
    return not await repository.doubted_since(session, incident.number, incident.resolved_at)
