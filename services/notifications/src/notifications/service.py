"""The order of work: following incidents, telling people, and what people do with their own feed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from api import notifications as schemas
from chassis.messaging import outbox
from chassis.messaging.consumer import envelope_of
from chassis.sql import AnyRow
from events.files import FileBindingRefused, FileBound
from events.identity import LoggedInFromNewDevice
from events.incidents import FilesAttached, IncidentEvent, NoteWritten
from notifications import joining, projections, recipients, repository, views
from notifications.errors import NotYetKnown
from notifications.models import Notification, StreamItem
from notifications.notification_types import CONVERSATION, GATHERED, wants_email, wants_line
from notifications.recipients import Hint, Notice
from notifications.stream import TOUCHED
from notifications.tasks import DELIVER
from web import clock
from web.auth.principal import Principal

# An unread line counts what follows within the first; its e-mail leaves after the second.
ONE_BURST = timedelta(hours=1)
GATHERING = timedelta(minutes=2)
# For who has the conversation open, or opens it at once, to have read it before an e-mail tells of it; and for what
# happens to one parcel to be told once of all that is in it.
READING = timedelta(seconds=15)

SUBJECT: TypeAdapter[recipients.Subject] = TypeAdapter(recipients.Subject)


class Source(NamedTuple):
    """The event behind a notification. A person gets one notification per event ``id``. ``time``: when it happened."""

    id: UUID
    time: datetime


async def follow_incident(session: AsyncSession, event: IncidentEvent) -> None:
    """Stores the parties of the incident, and sends its open pages a hint to load it again."""
    await projections.incident(session, event)
    send_hint(session, recipients.hint(event))


async def tell_of_note(session: AsyncSession, event: NoteWritten) -> None:
    send_hint(session, recipients.hint(event))
    for notice in recipients.note_written(event):
        await tell(session, notice)


async def remember_named_files(session: AsyncSession, event: FilesAttached) -> None:
    """Keeps the named files until the files service has bound them. A request can name any file id, so notifications
    and hints wait for that."""
    await projections.incident(session, event)
    await projections.remember_files(session, event, envelope_of(session).id)


async def tell_of_bound_file(session: AsyncSession, event: FileBound) -> None:
    """Tells of the act that named the file, once however many files it named.

    Raises NotYetKnown while that act, or the declaration that the file may have come with, is still on its way.
    """
    naming = await projections.naming_of(session, event)
    if naming is None:
        raise NotYetKnown(f"file {event.file_id}")
    act = FilesAttached.model_validate(naming.act)
    declared_at = await projections.declared_at(session, act.number)
    if act.scope == "declaration" and declared_at is None:
        raise NotYetKnown(f"incident {act.number}")
    send_hint(session, recipients.hint(act))
    count = await projections.bind(session, naming.event_id, event.file_id)
    notice = recipients.files_attached(act, declared_at, count)
    if notice is not None:
        await tell(session, notice, Source(naming.event_id, act.at))
        if count > 1:
            await repository.count_files(session, naming.event_id, count)


async def forget_refused_file(session: AsyncSession, event: FileBindingRefused) -> None:
    await projections.forget_refused(session, event, envelope_of(session).time)


async def tell_of_new_device(session: AsyncSession, event: LoggedInFromNewDevice) -> None:
    """Raises NotYetKnown when the person is still on the way."""
    if not await repository.knows_user(session, event.user_id):
        raise NotYetKnown(f"user {event.user_id}")
    await tell(session, recipients.new_device(event))


async def tell(session: AsyncSession, notice: Notice, source: Source | None = None) -> None:
    """A line in the feed, an item in the stream and, where wanted, an e-mail for each person of the notice.

    ``source`` is the event that is told of, the one being handled unless another is named.
    """
    source = source or Source(envelope_of(session).id, envelope_of(session).time)
    for reader in await repository.readers(session, notice.audience):
        await _tell_one(session, source, notice, reader)


async def _tell_one(session: AsyncSession, source: Source, told: Notice, reader: AnyRow) -> None:
    notice = recipients.seen_from(told, reader.organisation_kind, reader.role)
    if notice.kind in GATHERED or joining.is_joint(notice.facts):
        await repository.take_turn(session, reader.id)
    if wants_line(notice.kind, reader.in_app) and not await tell_in_app(session, source, notice, reader):
        return
    if reader.organisation_kind not in notice.mailed:
        return
    if wants_email(notice.kind, reader.by_email) and not await _is_gathered(session, notice, reader):
        await write_to(session, source, notice, reader, _delay(notice))


async def tell_in_app(session: AsyncSession, source: Source, notice: Notice, reader: AnyRow) -> bool:
    """Adds to the feed and to open pages; False when the person has been told already."""
    line = await _line(session, source, notice, reader)
    if line is None:
        return False
    shown = views.notification(**line, unread=True, language=reader.language)
    _stream(session, "notification", [f"user:{reader.id}"], shown.model_dump(mode="json"))
    return True


async def write_to(
    session: AsyncSession, source: Source, notice: Notice, reader: AnyRow, delay: timedelta
) -> UUID | None:
    """Queues the e-mail; its id, or None when the person has one for this event already."""
    return await queue_email(
        session,
        event_id=source.id,
        user_id=reader.id,
        organisation_id=reader.organisation_id,
        kind=notice.kind,
        language=reader.language,
        recipient=reader.email,
        recipient_name=f"{reader.first_name} {reader.last_name}".strip(),
        facts=notice.facts | {"first_name": reader.first_name},
        subject_id=notice.subject.id,
        path=notice.link.path if notice.link else notice.subject.path,
        sealed_token=notice.link.sealed_token if notice.link else None,
        expires_at=notice.link.expires_at if notice.link else None,
        delay=delay,
    )


def _delay(notice: Notice) -> timedelta:
    if notice.kind in GATHERED:
        return GATHERING
    return READING if notice.kind in CONVERSATION or joining.is_joint(notice.facts) else timedelta()


async def _line(session: AsyncSession, source: Source, notice: Notice, reader: AnyRow) -> dict[str, Any] | None:
    """The new line, or the one that counts this one too; None when the person has been told already."""
    if notice.kind in GATHERED:
        path, since = recipients.path_of_many(notice), source.time - ONE_BURST
        known = await repository.gather_line(session, reader.id, notice.kind, notice.facts, path, since, source.time)
        if known is not None:
            return _shown(known)
    if joining.is_joint(notice.facts):
        known, is_news = await joining.take_into_line(session, reader.id, notice.facts, source.time - ONE_BURST)
        if known is not None:
            return _shown(known) if is_news else None
    subject = SUBJECT.dump_python(notice.subject, mode="json")
    line: dict[str, Any] = {"kind": notice.kind, "facts": notice.facts, "subject": subject, "created_at": source.time}
    identifier = await repository.add_notification(session, event_id=source.id, user_id=reader.id, **line)
    return None if identifier is None else {"identifier": identifier, **line}


def _shown(line: Notification) -> dict[str, Any]:
    return {"identifier": line.id, **{name: getattr(line, name) for name in ("kind", "facts", "subject", "created_at")}}


async def _is_gathered(session: AsyncSession, notice: Notice, reader: AnyRow) -> bool:
    if joining.is_joint(notice.facts):
        return await joining.take_into_email(session, reader.id, notice.facts)
    if notice.kind not in GATHERED:
        return False
    path = recipients.path_of_many(notice)
    return await repository.gather_email(session, reader.id, notice.kind, notice.facts, path)


async def queue_email(session: AsyncSession, *, delay: timedelta = timedelta(), **values: Any) -> UUID | None:
    """Once per event and person, to leave after ``delay``; ``values`` are the columns of an e-mail."""
    due = clock.now() + delay
    identifier = await repository.add_email(session, next_attempt_at=due, **values)
    if identifier is not None:
        outbox.add_job(session, DELIVER, due_at=due if delay else None, email_id=str(identifier))
    return identifier


def send_hint(session: AsyncSession, hint: Hint) -> None:
    data = {"number": hint.number, "what": hint.what} | ({"thread": hint.thread} if hint.thread else {})
    _stream(session, "incident.changed", hint.audience.keys(), data)


async def mark_read(session: AsyncSession, principal: Principal, which: schemas.MarkRead) -> tuple[int, int]:
    """Marks the person's own lines read; how many were, and how many stay unread."""
    assert principal.user_id is not None
    about = which.subject
    picked = repository.lines_about(about.type, about.id, about.threads) if about else repository.lines(which.ids)
    marked = await repository.mark_read(session, principal.user_id, picked, clock.now())
    if marked:
        _stream(session, "notifications.read", [f"user:{principal.user_id}"], {})
    return marked, await repository.unread(session, principal.user_id)


async def put_preferences(
    session: AsyncSession, principal: Principal, email: dict[str, bool], app: dict[str, bool]
) -> None:
    assert principal.user_id is not None
    await repository.put_preferences(session, principal.user_id, email, app)


def _stream(session: AsyncSession, event: str, audience: list[str], data: dict[str, Any]) -> None:
    session.add(StreamItem(event=event, audience=audience, data=data))
    session.info[TOUCHED] = True
