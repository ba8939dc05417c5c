"""The SQL of the desk: what an incident's next action follows from, and giving incidents to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.locks import one_at_a_time
from chassis.sql import AnySelect
from events.incidents import Actor
from incidents.desk import queries
from incidents.desk.models import DeskItem
from incidents.desk.rule import Facts, Snooze
from incidents.exchanges import repository as exchanges
from incidents.exchanges.models import Exchange, ExchangeFact
from incidents.merging.models import Merge
from incidents.models import BY_PARTY, HistoryEntry, Incident, Message, User
from incidents.promises import repository as promises

# A change to one of these states counts as SQP's answer, even without a note.
LAST_WORDS = ("resolved", "closed", "rejected", "cancelled")


async def item(session: AsyncSession, number: str) -> DeskItem | None:
    """The item, locked. To avoid deadlocks, code that also locks the incident does that first."""
    return await session.scalar(
        select(DeskItem).where(DeskItem.incident_number == number).with_for_update(key_share=True)
    )


async def facts(session: AsyncSession, incident: Incident, item: DeskItem) -> Facts:
    """Call it under the incident's lock, after everything that changes it. Notes on ``item`` what it shows of them."""
    number = incident.number
    of_thread = and_(Message.incident_number == number, Message.thread == "sqp")
    of_incident = HistoryEntry.incident_number == number
    of_message = Message.incident_number == number
    known = select(
        select(func.min(Message.at)).where(of_message, *of_sqp_thread()).scalar_subquery(),
        select(func.min(HistoryEntry.at)).where(of_incident, *words_of_sqp()).scalar_subquery(),
        select(func.max(Message.at)).where(of_message, *of_sqp_thread()).scalar_subquery(),
        select(func.max(HistoryEntry.at)).where(of_incident, *words_of_sqp()).scalar_subquery(),
        select(func.max(HistoryEntry.at)).where(of_incident).scalar_subquery(),
        select(func.max(ExchangeFact.recorded_at))
        .join(Exchange, Exchange.id == ExchangeFact.exchange_id)
        .where(Exchange.incident_number == number)
        .scalar_subquery(),
    )
    first_written, first_moved, written, moved_with_word, moved, exchanged = (await session.execute(known)).one()
    item.answered_at = _earliest(first_written, first_moved)
    spoken_at = _latest(written, moved_with_word, item.settled_at)
    unanswered = select(func.min(Message.at)).where(of_thread, BY_PARTY)
    if spoken_at is not None:
        unanswered = unanswered.where(Message.at > spoken_at)
    last = select(Message.at, Message.organisation_kind).where(of_thread).order_by(Message.at.desc(), Message.id.desc())
    newest = (await session.execute(last.limit(1))).one_or_none()
    item.last_message_at, item.last_message_kind = newest or (None, None)
    lines = await exchanges.lines(session, number)
    return Facts(
        status=incident.status,
        pending_reason=incident.pending_reason,
        declared_at=incident.declared_at,
        moved_at=_latest(moved, exchanged) or incident.declared_at,
        spoken_at=spoken_at,
        unanswered_since=_earliest(
            await session.scalar(unanswered), await _unanswered_within(session, number, spoken_at)
        ),
        promised_on=await _promised_on(session, number, lines),
        lines=lines,
        heard_at=item.last_message_at if item.last_message_kind not in (None, "sqp") else None,
        snooze=Snooze(item.snoozed_at, item.snoozed_until) if item.snoozed_at and item.snoozed_until else None,
        reminded_at=item.reminded_at,
    )


async def _unanswered_within(session: AsyncSession, number: str, spoken_at: datetime | None) -> datetime | None:
    """What had no answer yet on incidents that were merged into this one, until SQP says a word here."""
    query = (
        select(func.min(DeskItem.unanswered_since))
        .join(Merge, Merge.source_number == DeskItem.incident_number)
        .where(Merge.target_number == number, Merge.undone_at.is_(None))
    )
    return await session.scalar(query.where(Merge.at > spoken_at) if spoken_at else query)


def of_sqp_thread() -> tuple[ColumnElement[bool], ...]:
    """What SQP writes to a reseller."""
    return Message.thread == "sqp", Message.organisation_kind == "sqp"


def words_of_sqp() -> tuple[ColumnElement[bool], ...]:
    """Changes of state that count as an answer of SQP: not those that only start the work on the incident."""
    is_word = or_(HistoryEntry.note != "", HistoryEntry.to_status.in_(LAST_WORDS))
    return HistoryEntry.organisation_kind == "sqp", is_word


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((each for each in moments if each is not None), default=None)


def _latest(*moments: datetime | None) -> datetime | None:
    return max((each for each in moments if each is not None), default=None)


async def _promised_on(session: AsyncSession, number: str, lines: Sequence[Exchange]) -> date | None:
    """The incident's own, while it runs, or that of a line which follows a dead replacement."""
    promise = await promises.find(session, number)
    runs = promise is not None and promise.fulfilled_at is None and promise.paused_at is None
    days = [promise.dispatch_on] if promise is not None and runs else []
    days += [
        line.promised_on
        for line in lines
        if line.promised_on is not None and line.decision == "approved" and line.dispatched_at is None
    ]
    return min(days, default=None)


async def left_behind(session: AsyncSession, limit: int) -> Sequence[Incident]:
    """Incidents that changed without the desk: of the previous release while both ran, or by a file; locked."""
    query = (
        select(Incident)
        .outerjoin(DeskItem, DeskItem.incident_number == Incident.number)
        .where(DeskItem.revision.is_distinct_from(Incident.revision))
        .order_by(Incident.number)
        .limit(limit)
        .with_for_update(of=Incident, skip_locked=True, key_share=True)
    )
    return (await session.scalars(query)).all()


async def give_next(session: AsyncSession, first: AnySelect, me: Actor, now: datetime) -> DeskItem | None:
    """The first row of ``first`` (:func:`incidents.desk.queries.first_for`) is ``me``'s. Two who ask at
    once get two incidents, since each passes over the row that the other has locked. What one person asks is one at a
    time: a row that was given between a statement's snapshot and its lock would pass for the person's own."""
    await one_at_a_time(session, f"desk {me.user_id}")
    chosen = first.with_for_update(skip_locked=True, of=DeskItem, key_share=True).scalar_subquery()
    statement = (
        update(DeskItem)
        .where(DeskItem.incident_number == chosen)
        .values(
            assignee_id=me.user_id,
            assignee_name=me.name,
            assigned_at=func.coalesce(DeskItem.assigned_at, now),
            given_changes=DeskItem.changes,
            given_at=now,
            version=DeskItem.version + 1,
        )
        .returning(DeskItem)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return (await session.scalars(statement)).one_or_none()


async def held_by(session: AsyncSession, user_id: UUID) -> Sequence[DeskItem]:
    """Locked, in the order in which all who lock several do."""
    query = select(DeskItem).where(DeskItem.assignee_id == user_id).order_by(DeskItem.incident_number)
    return (await session.scalars(query.with_for_update(key_share=True))).all()


async def colleague(session: AsyncSession, user_id: UUID, organisation_id: UUID | None) -> User | None:
    """Who works at the desk of ``organisation_id``, which is SQP."""
    query = select(User).where(User.id == user_id, *queries.works_at(organisation_id))
    return await session.scalar(query.with_for_update(read=True))
