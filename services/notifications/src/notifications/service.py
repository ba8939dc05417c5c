"""What happens in which order: learning, telling people, and what people do with their own feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.auth.principal import Principal
from chassis.messaging import outbox
from chassis.messaging.consumer import envelope_of
from chassis.sql import AnyRow
from events.files import FileBindingRefused, FileBound
from events.identity import AccountInvited, LoggedInFromNewDevice, MailLink
from events.incidents import FilesAttached, IncidentDeclared, IncidentEvent
from notifications import repository, rules, views
from notifications.errors import NotYetKnown
from notifications.jobs import DELIVER
from notifications.kinds import LinkKind, wants_email
from notifications.models import StreamItem
from notifications.rules import Hint, Notice
from notifications.stream import TOUCHED

SUBJECT: TypeAdapter[rules.Subject] = TypeAdapter(rules.Subject)


class Source(NamedTuple):
    """The event that is told of: nobody is told twice of the same ``id``. ``time`` is when it happened."""

    id: UUID
    time: datetime


async def learn_incident(session: AsyncSession, event: IncidentEvent) -> None:
    """Whom the incident concerns, and that open pages about it are no longer current."""
    await repository.learn_incident(session, event)
    if isinstance(event, IncidentDeclared):
        await repository.learn_declaration(session, event.number, event.at)
    send_hint(session, rules.hint(event))


async def learn_named_files(session: AsyncSession, event: FilesAttached) -> None:
    """Anybody can name anything: nothing is told, and no page has changed, before files has bound it."""
    await repository.learn_incident(session, event)
    await repository.remember_files(session, event, envelope_of(session).id)


async def tell_of_bound_file(session: AsyncSession, event: FileBound) -> None:
    """Tells of the act that named the file, once however many files it named.

    Raises NotYetKnown while that act, or the declaration that the file may have come with, is still on its way.
    """
    naming = await repository.naming_of(session, event)
    if naming is None:
        raise NotYetKnown(f"file {event.file_id}")
    act = FilesAttached.model_validate(naming.act)
    declared_at = await repository.declared_at(session, act.number)
    if act.scope == "declaration" and declared_at is None:
        raise NotYetKnown(f"incident {act.number}")
    send_hint(session, rules.hint(act))
    count = await repository.bind(session, naming.event_id, event.file_id)
    notice = rules.files_attached(act, declared_at, count)
    if notice is not None:
        await tell(session, notice, Source(naming.event_id, act.at))
        if count > 1:
            await repository.count_files(session, naming.event_id, count)


async def forget_refused_file(session: AsyncSession, event: FileBindingRefused) -> None:
    await repository.forget_refused(session, event, envelope_of(session).time)


async def tell_of_new_device(session: AsyncSession, event: LoggedInFromNewDevice) -> None:
    """Raises NotYetKnown when the person is still on the way."""
    if not await repository.knows_user(session, event.user_id):
        raise NotYetKnown(f"user {event.user_id}")
    await tell(session, rules.new_device(event))


async def tell(session: AsyncSession, notice: Notice, source: Source | None = None) -> None:
    """A line in the feed, an item in the stream and, where wanted, an e-mail for each person of the notice.

    ``source`` is the event that is told of, the one being handled unless another is named.
    """
    source = source or Source(envelope_of(session).id, envelope_of(session).time)
    for reader in await repository.readers(session, notice.audience):
        await _tell_one(session, source, notice, reader)


async def _tell_one(session: AsyncSession, source: Source, notice: Notice, reader: AnyRow) -> None:
    subject = SUBJECT.dump_python(notice.subject, mode="json")
    line: dict[str, Any] = {"kind": notice.kind, "facts": notice.facts, "subject": subject, "created_at": source.time}
    identifier = await repository.add_notification(session, event_id=source.id, user_id=reader.id, **line)
    if identifier is None:
        return
    shown = views.notification(identifier, **line, unread=True, language=reader.language)
    _stream(session, "notification", [f"user:{reader.id}"], shown.model_dump(mode="json"))
    if wants_email(notice.kind, reader.chosen):
        await _queue_email(
            session,
            event_id=source.id,
            user_id=reader.id,
            organisation_id=reader.organisation_id,
            kind=notice.kind,
            language=reader.language,
            recipient=reader.email,
            recipient_name=f"{reader.first_name} {reader.last_name}",
            facts=notice.facts,
            subject_id=notice.subject.id,
            path=notice.subject.path,
        )


async def send_link(session: AsyncSession, event: MailLink) -> None:
    """To the address that the event names, as the person may be unknown here; whatever the person's preferences."""
    if await repository.access_is_closed(session, event.organisation_id):
        return
    kind: LinkKind = "account_invited" if isinstance(event, AccountInvited) else "password_reset"
    facts = {"organisation_name": event.organisation_name, "login": event.login, "at": event.expires_at.isoformat()}
    if isinstance(event, AccountInvited):
        facts["purpose"] = event.purpose
    await _queue_email(
        session,
        event_id=envelope_of(session).id,
        user_id=event.user_id,
        organisation_id=event.organisation_id,
        kind=kind,
        language=event.language,
        recipient=event.email,
        recipient_name=f"{event.first_name} {event.last_name}",
        facts=facts,
        subject_id=str(event.user_id),
        path=LINKS[kind],
        sealed_token=event.sealed_token,
        expires_at=event.expires_at,
    )


LINKS: dict[LinkKind, str] = {"account_invited": "/activation", "password_reset": "/mot-de-passe"}


async def _queue_email(session: AsyncSession, **values: Any) -> None:
    identifier = await repository.add_email(session, **values)
    if identifier is not None:
        outbox.add_job(session, DELIVER, email_id=str(identifier))


def send_hint(session: AsyncSession, hint: Hint) -> None:
    data = {"number": hint.number, "what": hint.what} | ({"thread": hint.thread} if hint.thread else {})
    _stream(session, "incident.changed", hint.audience.keys(), data)


async def mark_read(session: AsyncSession, principal: Principal, ids: Sequence[UUID] | None) -> tuple[int, int]:
    """Marks the person's own lines read, all when ``ids`` is None; how many were, and how many stay unread."""
    assert principal.user_id is not None
    marked = await repository.mark_read(session, principal.user_id, ids, clock.now())
    if marked:
        _stream(session, "notifications.read", [f"user:{principal.user_id}"], {})
    return marked, await repository.unread(session, principal.user_id)


async def put_preferences(session: AsyncSession, principal: Principal, email: dict[str, bool]) -> None:
    assert principal.user_id is not None
    await repository.put_preferences(session, principal.user_id, email)


def _stream(session: AsyncSession, event: str, audience: list[str], data: dict[str, Any]) -> None:
    session.add(StreamItem(event=event, audience=audience, data=data))
    session.info[TOUCHED] = True
