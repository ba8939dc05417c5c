"""The SQL of the feed, the e-mails, the preferences and the stream, and who may be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, delete, false, func, literal, or_, select, true, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.locks import one_at_a_time
from chassis.sql import AnyRow
from notifications.access import REACHABLE, SHOWN, reads_no_more
from notifications.models import (
    Base,
    ClosedSession,
    Email,
    NamedFile,
    Notification,
    Organisation,
    Preference,
    ReminderTold,
    StreamItem,
    User,
)
from notifications.recipients import Audience

READER = (
    User.id,
    User.organisation_id,
    User.organisation_kind,
    User.role,
    User.first_name,
    User.last_name,
    User.email,
    User.language,
)


async def knows_user(session: AsyncSession, user_id: UUID) -> bool:
    return await session.scalar(select(User.id).where(User.id == user_id)) is not None


async def readers(session: AsyncSession, audience: Audience) -> Sequence[AnyRow]:
    """The people of ``audience`` who may be told, without the author; their choices as ``by_email`` and ``in_app``."""
    query = (
        select(*READER, Preference.email.label("by_email"), Preference.app.label("in_app"))
        .outerjoin(Organisation, Organisation.id == User.organisation_id)
        .outerjoin(Preference, Preference.user_id == User.id)
        .where(REACHABLE, _of(audience))
        .order_by(User.id)
    )
    return (await session.execute(query)).all()


def _of(audience: Audience) -> ColumnElement[bool]:
    named = or_(
        User.id.in_(audience.people),
        User.organisation_id.in_(audience.organisations),
        User.organisation_kind == "sqp" if audience.sqp else false(),
    )
    role = User.role == "administrator" if audience.administrators else true()
    side = User.organisation_kind == "sqp" if audience.only_sqp else true()
    return and_(named, role, side, _reads(audience), User.id != audience.author if audience.author else true())


def _reads(audience: Audience) -> ColumnElement[bool]:
    if audience.client is None:
        return true()
    by_name = true() if audience.readers is None else User.id.in_(audience.readers)
    theirs = and_(User.organisation_id == audience.client, or_(User.role == "administrator", by_name))
    return or_(User.organisation_kind != "client", theirs)


async def reads_still(session: AsyncSession, user_id: UUID, number: str) -> bool:
    """Whether the person reads the incident, as far as is known of it."""
    return not await session.scalar(select(reads_no_more(literal(user_id), literal(number))))


async def may_be_told(session: AsyncSession, user_id: UUID) -> bool:
    query = select(User.id).outerjoin(Organisation, Organisation.id == User.organisation_id)
    return await session.scalar(query.where(User.id == user_id, REACHABLE)) is not None


async def has_read(session: AsyncSession, event_id: UUID, user_id: UUID) -> bool:
    """Whether the person has read the line of the feed that tells of this event."""
    query = select(Notification.read_at).where(Notification.event_id == event_id, Notification.user_id == user_id)
    return await session.scalar(query) is not None


async def access_is_closed(session: AsyncSession, organisation_id: UUID) -> bool:
    """False also for an organisation of which no event has arrived yet."""
    query = select(Organisation.portal_access).where(Organisation.id == organisation_id)
    return await session.scalar(query) is False


async def add_notification(session: AsyncSession, **values: Any) -> UUID | None:
    """The new line's id; None when the person has a line for this event already."""
    return await _add_once(session, Notification, values)


async def add_email(session: AsyncSession, **values: Any) -> UUID | None:
    """The new e-mail's id; None when the person has one for this event already."""
    return await _add_once(session, Email, values)


async def count_files(session: AsyncSession, event_id: UUID, count: int) -> None:
    """Writes the count into what was told of the event when it was smaller; an e-mail that has gone keeps its words."""
    counted = cast({"count": count}, JSONB)
    lines = update(Notification).where(Notification.event_id == event_id)
    await session.execute(lines.values(facts=Notification.facts.op("||")(counted)))
    emails = update(Email).where(Email.event_id == event_id, Email.state == "queued")
    await session.execute(emails.values(facts=Email.facts.op("||")(counted)))


async def _add_once(
    session: AsyncSession, model: type[Notification] | type[Email], values: dict[str, Any]
) -> UUID | None:
    statement = insert(model).values(values).on_conflict_do_nothing(index_elements=["event_id", "user_id"])
    identifier: UUID | None = await session.scalar(statement.returning(model.id))
    return identifier


async def take_turn(session: AsyncSession, user_id: UUID) -> None:
    """What is told to this person in other transactions waits for the end of this one."""
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


async def gather_line(
    session: AsyncSession, user_id: UUID, kind: str, facts: dict[str, Any], path: str, since: datetime, at: datetime
) -> Notification | None:
    """Counts one more in the person's unread line of the same kind that was added to since ``since``, if there is one.

    Contracts that expire in as many days are of the same kind, warnings apart. Call it in the person's turn.
    """
    query = select(Notification).where(
        Notification.user_id == user_id,
        Notification.read_at.is_(None),
        Notification.kind == kind,
        Notification.created_at >= since,
        _same_day(Notification.facts, facts),
    )
    line = await session.scalar(query.order_by(Notification.created_at.desc()).limit(1).with_for_update(key_share=True))
    if line is not None:
        line.facts = one_more(line.facts)
        line.subject = {**line.subject, "path": path}
        line.created_at = max(line.created_at, at)
    return line


async def gather_email(session: AsyncSession, user_id: UUID, kind: str, facts: dict[str, Any], path: str) -> bool:
    """Counts one more in the person's e-mail of the same kind that has not gone yet, if there is one."""
    query = select(Email).where(
        Email.user_id == user_id,
        Email.kind == kind,
        Email.state == "queued",
        Email.attempts == 0,
        _same_day(Email.facts, facts),
    )
    email = await session.scalar(query.limit(1).with_for_update(key_share=True))
    if email is not None:
        email.facts = one_more(email.facts)
        email.path = path
    return email is not None


def _same_day(column: Any, facts: dict[str, Any]) -> ColumnElement[bool]:
    days = facts.get("days_left")
    held = column.op("->>")
    same_days = held("days_left").is_not_distinct_from(None if days is None else str(days))
    return and_(same_days, held("reminder").is_not_distinct_from(facts.get("reminder")))


def one_more(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "count": facts.get("count", 1) + 1}


async def mark_read(session: AsyncSession, user_id: UUID, which: ColumnElement[bool], now: datetime) -> int:
    """Marks the person's own unread lines that ``which`` picks; how many."""
    statement = update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None), which)
    return len((await session.scalars(statement.values(read_at=now).returning(Notification.id))).all())


async def unread(session: AsyncSession, user_id: UUID) -> int:
    mine = and_(Notification.user_id == user_id, Notification.read_at.is_(None), SHOWN)
    return await session.scalar(select(func.count()).select_from(Notification).where(mine)) or 0


def lines(ids: Sequence[UUID] | None) -> ColumnElement[bool]:
    """These lines; all of them when ``ids`` is None."""
    return true() if ids is None else Notification.id.in_(ids)


def lines_about(kind: str, identifier: str, threads: Sequence[str]) -> ColumnElement[bool]:
    """What is about a subject as a whole, or about one of these of its threads."""
    subject = Notification.subject.op("->>")
    thread = subject("thread")
    return and_(subject("type") == kind, subject("id") == identifier, or_(thread.is_(None), thread.in_(threads)))


async def put_preferences(session: AsyncSession, user_id: UUID, email: dict[str, bool], app: dict[str, bool]) -> None:
    chosen = {"email": email, "app": app}
    statement = insert(Preference).values(user_id=user_id, **chosen)
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=chosen))


async def overdue_emails(session: AsyncSession, before: datetime) -> Sequence[Email]:
    """Queued, with an attempt that was due ``before``. Locked."""
    query = select(Email).where(Email.state == "queued", Email.next_attempt_at < before)
    return (await session.scalars(query.with_for_update(skip_locked=True, key_share=True))).all()


async def email_to_send(session: AsyncSession, email_id: UUID) -> Email | None:
    """The e-mail, for one sender at a time.

    An advisory lock and not the row's: a row lock takes a transaction id, and one that waits for a mail server would
    hold back everybody's stream, which ends at the oldest transaction under way.
    """
    await one_at_a_time(session, str(email_id))
    return await session.get(Email, email_id)


async def forget_before(session: AsyncSession, model: type[Base], column: Any, moment: datetime) -> None:
    await session.execute(delete(model).where(column < moment))


async def forget_stream(session: AsyncSession, before: datetime) -> None:
    await forget_before(session, StreamItem, StreamItem.created_at, before)
    await forget_before(session, ClosedSession, ClosedSession.closed_at, before)


async def forget_feed(session: AsyncSession, before: datetime) -> None:
    await forget_before(session, Notification, Notification.created_at, before)
    await session.execute(delete(Email).where(Email.created_at < before, Email.state != "queued"))
    await forget_before(session, ReminderTold, ReminderTold.created_at, before)


async def forget_named_files(session: AsyncSession, before: datetime) -> None:
    await forget_before(session, NamedFile, NamedFile.created_at, before)
