"""What the notifications service keeps of its neighbours: organisations, people, closed sessions, incidents, their
exchanges and the files named on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.projections import upsert
from chassis.sql import AnyRow
from events.files import FileBindingRefused, FileBound
from events.identity import OrganisationChanged, SessionClosed, UserChanged
from events.incidents import ExchangeChanged, FilesAttached, IncidentDeclared, IncidentEvent, IncidentStatusChanged
from notifications.exchange_notices import REPLACEMENT_AWAITED, RETURN_AWAITED
from notifications.models import (
    ClosedSession,
    Exchange,
    Incident,
    NamedFile,
    Organisation,
    User,
)

# Of a return whose holder says so: it is not reminded of, until more is known of it.
DISK_KEPT = "disk_kept"
USER = {"organisation_id", "organisation_kind", "first_name", "last_name", "email", "role", "status", "language"}


async def organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    values = event.model_dump(include={"kind", "name", "portal_access"})
    await upsert(session, Organisation, {"id": event.organisation_id, **values}, event.version)


async def user(session: AsyncSession, event: UserChanged) -> None:
    values = event.model_dump(include=USER)
    await upsert(session, User, {"id": event.user_id, **values}, event.version)


async def incident(session: AsyncSession, event: IncidentEvent) -> None:
    # An event of before incidents were shared names no readers; those that are known stay.
    included = {"number", "reseller_id", "client_id"} | ({"readers"} & event.model_fields_set)
    values = event.model_dump(include=included)
    await upsert(session, Incident, values, event.version)
    if isinstance(event, IncidentDeclared):
        declared = update(Incident).where(Incident.number == event.number)
        await session.execute(declared.values(declared_at=event.at))


async def declared_at(session: AsyncSession, number: str) -> datetime | None:
    return await session.scalar(select(Incident.declared_at).where(Incident.number == number))


async def exchange(session: AsyncSession, event: ExchangeChanged) -> None:
    state: str = event.return_state
    due_on = event.return_due_on
    if event.replacement_return in REPLACEMENT_AWAITED:
        # Of the two ways back one at most is awaited.
        state, due_on = event.replacement_return, event.replacement_due_on
    elif event.step == "return_disk_kept":
        state = DISK_KEPT
    values = {"id": event.exchange_id, "number": event.number, "return_state": state, "return_due_on": due_on}
    await upsert(session, Exchange, values, event.version)
    if event.step == "approved":
        approved = update(Exchange).where(Exchange.id == event.exchange_id)
        await session.execute(approved.values(approved_at=event.at))


async def is_by_approval(session: AsyncSession, event: IncidentStatusChanged) -> bool:
    """Whether an exchange of the incident was approved in the instant of the event."""
    query = select(Exchange.id).where(Exchange.number == event.number, Exchange.approved_at == event.at)
    return await session.scalar(query.limit(1)) is not None


async def is_overtaken(session: AsyncSession, facts: dict[str, Any]) -> bool:
    """Of the facts of a reminder: whether the product was sent since, is not awaited any more, or is due on another
    day."""
    over = or_(
        Exchange.return_state.not_in(RETURN_AWAITED), Exchange.return_due_on != date.fromisoformat(facts["due_on"])
    )
    newer = and_(Exchange.id == UUID(facts["exchange_id"]), Exchange.version > facts["version"])
    return await session.scalar(select(Exchange.id).where(newer, over)) is not None


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
    query = (
        select(NamedFile)
        .where(NamedFile.event_id == event_id)
        .order_by(NamedFile.file_id)
        .with_for_update(key_share=True)
    )
    files = (await session.scalars(query)).all()
    for file in files:
        file.bound = file.bound or file.file_id == file_id
    return sum(file.bound for file in files)


async def forget_refused(session: AsyncSession, event: FileBindingRefused, refused_at: datetime) -> None:
    """What was named before the refusal; the same file named again since then waits for its own answer."""
    waiting = and_(NamedFile.file_id == event.file_id, NamedFile.number == event.incident_number, ~NamedFile.bound)
    await session.execute(delete(NamedFile).where(waiting, NamedFile.at <= refused_at))


async def closed_session(session: AsyncSession, event: SessionClosed) -> None:
    await session.execute(insert(ClosedSession).values(id=event.session_id).on_conflict_do_nothing())
