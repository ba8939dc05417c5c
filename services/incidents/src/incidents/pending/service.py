"""A message of SQP's people waits ten seconds, in which its author may take it back.

It is a row of its own, so that nothing that reads messages knows of it. The job that is due then makes the message of
it, as if it had been posted at that moment, and takes the row away in the same transaction: run twice it finds none.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from api import incidents as schemas
from chassis import audit
from chassis.messaging import outbox
from events.incidents import Actor, Thread
from incidents import tasks
from incidents.drafts import service as drafts
from incidents.exchanges.repository import locked_incident
from incidents.models import Incident
from incidents.pending import repository
from incidents.pending.errors import PendingMessageNotFound, SentAlready
from incidents.pending.models import PendingMessage
from incidents.service import guard, messages
from incidents.service.loading import for_change
from web import clock
from web.errors import Problem
from web.http.preconditions import Precondition

WAIT = timedelta(seconds=10)
# After that its job is lost, with the broker for example.
LOST_AFTER = timedelta(minutes=1)
AT_ONCE = 500


async def hold(
    session: AsyncSession,
    number: str,
    thread: Thread,
    wanted: schemas.MessageCreate,
    by: Actor,
    precondition: Precondition | None,
) -> tuple[Incident, PendingMessage]:
    """In place of the message. What would refuse the message refuses it now; the one before leaves at once."""
    incident = await for_change(session, number, by)
    await messages.check(session, incident, thread, wanted, by, precondition)
    await leave(session, incident, by)
    assert by.user_id is not None, "people alone write messages"
    assert by.organisation_id is not None, "and of an organisation"
    assert by.organisation_kind is not None, "which is of a kind"
    now = clock.now()
    pending = PendingMessage(
        id=uuid4(),
        incident_number=number,
        thread=thread,
        body=wanted.body,
        file_ids=wanted.file_ids,
        read=next(iter(precondition.tags), "") if precondition else "",
        written_at=now,
        due_at=now + WAIT,
        author_id=by.user_id,
        author_name=by.name,
        organisation_id=by.organisation_id,
        organisation_kind=by.organisation_kind,
    )
    session.add(pending)
    outbox.add_job(session, tasks.SEND_MESSAGE, due_at=pending.due_at, message_id=pending.id)
    await drafts.message_left(session, number, thread, by)
    # The journal of SQP's administrators tells of it once it has left.
    audit.skip(session)
    return incident, pending


async def undo(session: AsyncSession, number: str, identifier: UUID, by: Actor) -> None:
    """Makes a draft of it. Raises SentAlready from the moment at which it is due, PendingMessageNotFound."""
    incident = await for_change(session, number, by)
    pending = await repository.get(session, identifier)
    if pending is None and await repository.has_left(session, identifier, by):
        raise SentAlready
    if pending is None or (pending.author_id, pending.incident_number) != (by.user_id, number):
        raise PendingMessageNotFound
    if pending.refusal is None and clock.now() >= pending.due_at:
        raise SentAlready
    # What was refused because a colleague answered is read again before it is sent: its author has seen that by now.
    content = {
        "body": pending.body,
        "file_ids": [str(each) for each in pending.file_ids],
        "seen": f'"{pending.read}"' if pending.read and pending.refusal is None else "",
    }
    await drafts.give_back(session, incident, pending.thread, content, by)
    audit.skip(session)
    await session.delete(pending)


async def send(session: AsyncSession, message_id: str) -> None:
    """The job. If it is delivered twice, the second run finds no pending message and does nothing."""
    identifier = UUID(message_id)
    number = await repository.place(session, identifier)
    incident = await locked_incident(session, number) if number else None
    pending = await repository.get(session, identifier) if incident else None
    if incident is not None and pending is not None and pending.refusal is None:
        await _send(session, incident, pending)


async def leave(session: AsyncSession, incident: Incident, by: Actor) -> None:
    """What ``by`` has waiting on the incident leaves before what ``by`` does next; the incident is locked."""
    for pending in await repository.waiting(session, incident.number, by):
        await _send(session, incident, pending)


async def catch_up(session: AsyncSession) -> None:
    """What is overdue has lost its job and gets another; what was refused is kept as long as a draft."""
    now = clock.now()
    for identifier in await repository.overdue(session, now - LOST_AFTER, AT_ONCE):
        outbox.add_job(session, tasks.SEND_MESSAGE, message_id=identifier)
    await repository.remove_refused_before(session, now - drafts.KEPT)


async def _send(session: AsyncSession, incident: Incident, pending: PendingMessage) -> None:
    """What cannot be said any more stays its author's, with the reason."""
    wanted = schemas.MessageCreate(body=pending.body, file_ids=pending.file_ids)
    by = pending.author
    try:
        await messages.check(session, incident, pending.thread, wanted, by)
        await guard.check_colleagues(session, incident, pending.thread, by, pending.read)
    except Problem as problem:
        pending.refusal = {"code": problem.code, "fr": problem.sentence("fr"), "en": problem.sentence("en")}
        return
    await messages.say(session, incident, pending.thread, wanted, by, pending.id)
    audit.record_beside(
        session, "post_message", organisation_id=by.organisation_id, subject=incident.number, by=by.user_id
    )
    await session.delete(pending)
    await session.flush()
