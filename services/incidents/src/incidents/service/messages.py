"""What is said on an incident."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from api import incidents as schemas
from events.incidents import Actor, Thread
from incidents import access, event_mapper, feed, repository, states
from incidents.canned import service as canned
from incidents.desk import service as desk
from incidents.drafts import service as drafts
from incidents.errors import MentionsAreForNotes
from incidents.models import Incident, Message
from incidents.searching import repository as searching
from incidents.service import guard, notes
from incidents.service.attachments import attach_to, require_unattached
from incidents.service.loading import for_change
from web import clock
from web.http.preconditions import Precondition


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
    await check(session, incident, thread, wanted, by, precondition)
    message = await say(session, incident, thread, wanted, by)
    await drafts.message_left(session, number, thread, by)
    return incident, message


async def check(
    session: AsyncSession,
    incident: Incident,
    thread: Thread,
    wanted: schemas.MessageCreate,
    by: Actor,
    precondition: Precondition | None = None,
) -> None:
    """Raises whatever keeps ``by`` from saying it on the incident, which is locked."""
    access.require_thread(incident, thread, by)
    access.require_open(incident, thread)
    canned.require_filled(thread, wanted.body, by)
    if wanted.mentions and thread != "internal":
        raise MentionsAreForNotes(field="mentions")
    await require_unattached(session, incident, wanted.file_ids, by)
    await guard.check(session, incident, thread, by, precondition)


async def say(
    session: AsyncSession,
    incident: Incident,
    thread: Thread,
    wanted: schemas.MessageCreate,
    by: Actor,
    message_id: UUID | None = None,
) -> Message:
    """What :func:`check` lets through, on a locked incident."""
    at = clock.now()
    message = await _write(session, incident, thread, wanted, by, at, message_id or uuid4())
    await attach_to(session, incident, wanted.file_ids, thread, by, at, message.id)
    await searching.add_message(session, incident, message)
    await desk.follow(session, incident, at)
    return message


async def _write(
    session: AsyncSession,
    incident: Incident,
    thread: Thread,
    wanted: schemas.MessageCreate,
    by: Actor,
    at: datetime,
    message_id: UUID,
) -> Message:
    message = Message(
        id=message_id,
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


async def _is_first_doubt(session: AsyncSession, incident: Incident, thread: Thread) -> bool:
    """Whether a message in ``thread`` is the first between reseller and client since the incident was resolved: SQP,
    who reads its own thread only, is to know that the closing is put off."""
    if incident.resolved_at is None or thread != "client":
        return False
    return not await repository.doubted_since(session, incident.number, incident.resolved_at)
