"""SQL that changes things: read models, feed, e-mails, stream items, retention."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, cast, delete, false, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.sql import AnyRow
from events.files import FileBindingRefused, FileBound
from events.identity import OrganisationChanged, UserChanged
from events.incidents import FilesAttached, IncidentEvent
from notifications.models import (
    Base,
    ClosedSession,
    Email,
    Incident,
    NamedFile,
    Notification,
    Organisation,
    Preference,
    StreamItem,
    User,
)
from notifications.rules import Audience

ORGANISATION = ("kind", "name", "portal_access", "version")
USER = (
    "organisation_id",
    "organisation_kind",
    "first_name",
    "last_name",
    "email",
    "role",
    "status",
    "language",
    "version",
)

READER = (User.id, User.organisation_id, User.first_name, User.last_name, User.email, User.language)

# May be told things: active, and of an organisation whose access is open (as far as it is known).
REACHABLE = and_(User.status == "active", func.coalesce(Organisation.portal_access, true()))


async def learn_organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    await _learn(session, Organisation, event.organisation_id, event.model_dump(include=set(ORGANISATION)))


async def learn_user(session: AsyncSession, event: UserChanged) -> None:
    await _learn(session, User, event.user_id, event.model_dump(include=set(USER)))


async def _learn(
    session: AsyncSession, model: type[Organisation] | type[User], key: UUID, values: dict[str, Any]
) -> None:
    statement = insert(model).values(id=key, **values)
    newer = model.version < statement.excluded.version
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=newer))


async def learn_incident(session: AsyncSession, event: IncidentEvent) -> None:
    values = {"reseller_id": event.reseller_id, "client_id": event.client_id, "version": event.version}
    statement = insert(Incident).values(number=event.number, **values)
    newer = Incident.version < statement.excluded.version
    await session.execute(statement.on_conflict_do_update(index_elements=["number"], set_=values, where=newer))


async def learn_declaration(session: AsyncSession, number: str, at: datetime) -> None:
    await session.execute(update(Incident).where(Incident.number == number).values(declared_at=at))


async def declared_at(session: AsyncSession, number: str) -> datetime | None:
    return await session.scalar(select(Incident.declared_at).where(Incident.number == number))


async def remember_files(session: AsyncSession, event: FilesAttached, event_id: UUID) -> None:
    shared = {
        "event_id": event_id,
        "number": event.number,
        "scope": event.scope,
        "actor_id": event.actor.user_id,
        "at": event.at,
        "act": event.model_dump(mode="json"),
    }
    rows = [{"file_id": each, **shared} for each in dict.fromkeys(event.file_ids)]
    if rows:
        await session.execute(insert(NamedFile).values(rows).on_conflict_do_nothing())


async def naming_of(session: AsyncSession, event: FileBound) -> AnyRow | None:
    """The act (``event_id``, ``act``) that the binding answers: only whose file it is can have bound it."""
    query = select(NamedFile.event_id, NamedFile.act).where(
        NamedFile.file_id == event.file_id,
        NamedFile.number == event.incident_number,
        NamedFile.scope == event.scope,
        NamedFile.actor_id == event.uploader_id,
    )
    return (await session.execute(query.order_by(NamedFile.at.desc()).limit(1))).one_or_none()


async def bind(session: AsyncSession, event_id: UUID, file_id: UUID) -> int:
    """Notes the file as bound; how many of its act are by now. The act's rows are locked, so that all are counted."""
    query = select(NamedFile).where(NamedFile.event_id == event_id).order_by(NamedFile.file_id).with_for_update()
    files = (await session.scalars(query)).all()
    for file in files:
        file.bound = file.bound or file.file_id == file_id
    return sum(file.bound for file in files)


async def forget_refused(session: AsyncSession, event: FileBindingRefused, refused_at: datetime) -> None:
    """What was named before the refusal; the same file named again since then waits for its own answer."""
    waiting = and_(NamedFile.file_id == event.file_id, NamedFile.number == event.incident_number, ~NamedFile.bound)
    await session.execute(delete(NamedFile).where(waiting, NamedFile.at <= refused_at))


async def knows_user(session: AsyncSession, user_id: UUID) -> bool:
    return await session.scalar(select(User.id).where(User.id == user_id)) is not None


async def readers(session: AsyncSession, audience: Audience) -> Sequence[AnyRow]:
    """The people of ``audience`` who may be told, with what they chose (``chosen``), the author left out."""
    query = (
        select(*READER, Preference.email.label("chosen"))
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
    return and_(named, role, User.id != audience.author if audience.author else true())


async def may_be_told(session: AsyncSession, user_id: UUID) -> bool:
    query = select(User.id).outerjoin(Organisation, Organisation.id == User.organisation_id)
    return await session.scalar(query.where(User.id == user_id, REACHABLE)) is not None


async def access_is_closed(session: AsyncSession, organisation_id: UUID) -> bool:
    """Known to be closed; an organisation that nobody told us of yet is not."""
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


async def mark_read(session: AsyncSession, user_id: UUID, ids: Sequence[UUID] | None, now: datetime) -> int:
    """Marks the person's own unread lines (all when ``ids`` is None); how many."""
    statement = update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    if ids is not None:
        statement = statement.where(Notification.id.in_(ids))
    return len((await session.scalars(statement.values(read_at=now).returning(Notification.id))).all())


async def unread(session: AsyncSession, user_id: UUID) -> int:
    mine = and_(Notification.user_id == user_id, Notification.read_at.is_(None))
    return await session.scalar(select(func.count()).select_from(Notification).where(mine)) or 0


async def put_preferences(session: AsyncSession, user_id: UUID, email: dict[str, bool]) -> None:
    statement = insert(Preference).values(user_id=user_id, email=email)
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_={"email": email}))


async def email_to_send(session: AsyncSession, email_id: UUID) -> Email | None:
    """The e-mail, for one sender at a time.

    An advisory lock and not the row's: a row lock takes a transaction id, and one that waits for a mail server would
    hold back everybody's stream, which ends at the oldest transaction under way.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"), {"id": str(email_id)})
    return await session.get(Email, email_id)


async def forget_before(session: AsyncSession, model: type[Base], column: Any, moment: datetime) -> None:
    await session.execute(delete(model).where(column < moment))


async def close_session(session: AsyncSession, identifier: UUID) -> None:
    await session.execute(insert(ClosedSession).values(id=identifier).on_conflict_do_nothing())


async def forget_stream(session: AsyncSession, before: datetime) -> None:
    await forget_before(session, StreamItem, StreamItem.created_at, before)
    await forget_before(session, ClosedSession, ClosedSession.closed_at, before)


async def forget_named_files(session: AsyncSession, before: datetime) -> None:
    await forget_before(session, NamedFile, NamedFile.created_at, before)


async def forget_feed(session: AsyncSession, before: datetime) -> None:
    await forget_before(session, Notification, Notification.created_at, before)
    await session.execute(delete(Email).where(Email.created_at < before, Email.state != "queued"))
