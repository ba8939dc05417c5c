"""What is read of the desk: the queue, its counts, who has how much. Columns, never entities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from api.incidents.desk import Action, When
from chassis.http import paging
from chassis.sql import AnyRow, AnySelect
from events.incidents import Status
from incidents import queries as incidents
from incidents.desk.models import DeskAct, DeskItem
from incidents.models import Incident, User
from incidents.pending.models import PendingMessage
from web import clock

MOST_LEVELS = 100
FIRST_DAY = date(1970, 1, 1)
MINE, UNASSIGNED = "mine", "unassigned"


@dataclass(frozen=True)
class Wanted:
    """Filters of the queue. ``who``: empty for all, ``mine``, ``unassigned``, or a person's id."""

    q: str = ""
    who: str | UUID = ""
    action: Action | None = None
    state: Status | None = None
    reseller_id: UUID | None = None
    service_level: str = ""


def urgency(now: datetime) -> ColumnElement[int]:
    """What the queue is ordered by, as one number that pages are cut by: promises overdue by their day, those of today,
    and then as :func:`incidents.desk.rule.waiting_key` says, whose numbers are all higher."""
    today = clock.day(now)
    days = cast(DeskItem.promised_on - FIRST_DAY, BigInteger)
    return case((DeskItem.promised_on <= today, days), else_=DeskItem.waiting_key)


def sorts(now: datetime) -> Mapping[str, ColumnElement[Any]]:
    return {
        "urgency": urgency(now),
        "number": DeskItem.number_key.expression,
        "declared_at": DeskItem.declared_at.expression,
        "action_at": DeskItem.action_at.expression,
        "assignee": DeskItem.assignee_name.expression,
        "last_message_at": DeskItem.last_message_at.expression,
    }


def listing(wanted: Wanted) -> AnySelect:
    """The numbers of all incidents on which SQP has to act, now or later. It selects columns of the index only, so that
    counting reads no table rows."""
    query: AnySelect = select(DeskItem.incident_number).where(DeskItem.action_at.is_not(None))
    if wanted.q:
        found = incidents.searched(wanted.q, incidents.of_reseller)
        query = query.where(DeskItem.incident_number.in_(select(Incident.number).where(found)))
    if wanted.action:
        query = query.where(DeskItem.action == wanted.action)
    if wanted.state:
        query = query.where(DeskItem.status == wanted.state)
    if wanted.reseller_id:
        query = query.where(DeskItem.reseller_id == wanted.reseller_id)
    return query.where(DeskItem.service_level == wanted.service_level) if wanted.service_level else query


def is_of(who: str | UUID, me: UUID | None) -> ColumnElement[bool]:
    if who == MINE:
        return DeskItem.assignee_id == me if me else false()
    if who == UNASSIGNED:
        return DeskItem.assignee_id.is_(None)
    return DeskItem.assignee_id == who if who else true()


def is_when(when: When, me: UUID | None, now: datetime) -> ColumnElement[bool]:
    if when == "later":
        return DeskItem.action_at > now
    is_due = DeskItem.action_at <= now
    return and_(is_due, _is_skipped(me) if when == "skipped" else ~_is_skipped(me))


def _is_skipped(me: UUID | None) -> ColumnElement[bool]:
    """By ``me``, and nothing has changed since. Found by the person, who has passed few, and not row by row."""
    if me is None:
        return false()
    passed = aliased(DeskItem)
    still = and_(passed.incident_number == DeskAct.incident_number, passed.changes == DeskAct.changes)
    numbers = select(DeskAct.incident_number).join(passed, still).where(DeskAct.act == "skip", DeskAct.by_id == me)
    return DeskItem.incident_number.in_(numbers)


def first_for(me: UUID, wanted: Wanted, now: datetime, leaving: str | None) -> AnySelect:
    """The number of the next incident for this person: unassigned, or assigned to them. Incidents that they were given
    before and left unchanged come last, the one given longest ago first. Where an answer is on its way nothing is to be
    answered: its ten seconds are not over."""
    is_free = or_(DeskItem.assignee_id.is_(None), DeskItem.assignee_id == me)
    was_given = and_(DeskItem.assignee_id == me, DeskItem.given_changes == DeskItem.changes)
    leaves = select(PendingMessage.incident_number).where(PendingMessage.refusal.is_(None))
    query = listing(wanted).where(
        is_when("due", me, now), is_of(wanted.who, me), is_free, DeskItem.incident_number.not_in(leaves)
    )
    if leaving:
        query = query.where(DeskItem.incident_number != leaving)
    given_last = case((was_given, func.extract("epoch", DeskItem.given_at)), else_=0)
    ordered = query.order_by(given_last, urgency(now), DeskItem.number_key)
    return ordered.with_only_columns(DeskItem.incident_number, maintain_column_froms=True).limit(1)


async def page(
    reader: AsyncConnection, query: AnySelect, sort: paging.Sort, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    paged = paging.page(query, sort, DeskItem.number_key.expression, limit, cursor)
    return paging.split((await reader.execute(paged)).all(), sort, limit)


async def counts(
    reader: AsyncConnection, everything: AnySelect, chosen: ColumnElement[bool], me: UUID | None, now: datetime
) -> tuple[int, dict[str, int]]:
    """How many rows ``chosen`` has, and how many there are of each kind; in one pass over what is open."""
    found = dict((await reader.execute(counting(everything, chosen, me, now))).one()._mapping)
    return found.pop("total"), found


def counting(everything: AnySelect, chosen: ColumnElement[bool], me: UUID | None, now: datetime) -> AnySelect:
    known = everything.with_only_columns(
        chosen.label("is_chosen"),
        (DeskItem.action_at <= now).label("is_due"),
        _is_skipped(me).label("is_skipped"),
        DeskItem.assignee_id,
        maintain_column_froms=True,
    ).subquery()
    is_due = and_(known.c.is_due, ~known.c.is_skipped)
    kinds = {
        "total": known.c.is_chosen,
        "due": is_due,
        "mine": and_(is_due, known.c.assignee_id == me),
        "unassigned": and_(is_due, known.c.assignee_id.is_(None)),
        "later": ~known.c.is_due,
        "skipped": and_(known.c.is_due, known.c.is_skipped),
    }
    return select(*(func.count().filter(clause).label(name) for name, clause in kinds.items()))


async def items(reader: AsyncConnection, numbers: Sequence[str]) -> dict[str, AnyRow]:
    if not numbers:
        return {}
    query = select(DeskItem.__table__).where(DeskItem.incident_number.in_(numbers))
    return {row.incident_number: row for row in (await reader.execute(query)).all()}


async def item(reader: AsyncConnection, number: str) -> AnyRow | None:
    query = select(DeskItem.__table__).where(DeskItem.incident_number == number)
    return (await reader.execute(query)).one_or_none()


async def rows_of(reader: AsyncConnection, numbers: Sequence[str]) -> dict[str, AnyRow]:
    """The incidents of these numbers, as lists show them."""
    if not numbers:
        return {}
    shown = select(*incidents.ROW, Incident.reseller_id, Incident.pending_reason, Incident.service_level)
    return {row.number: row for row in (await reader.execute(shown.where(Incident.number.in_(numbers)))).all()}


async def acts(reader: AsyncConnection, number: str, limit: int) -> Sequence[AnyRow]:
    """Newest first."""
    query = select(DeskAct.__table__).where(DeskAct.incident_number == number)
    return (await reader.execute(query.order_by(DeskAct.id.desc()).limit(limit))).all()


def works_at(organisation_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    """Active people of SQP who may write. An empty role counts too: it is unknown until identity publishes the person
    again after the upgrade."""
    may_act = User.role.in_(("administrator", ""))
    return User.organisation_id == organisation_id, User.status == "active", may_act


async def service_levels(reader: AsyncConnection) -> Sequence[str]:
    query = select(DeskItem.service_level).where(DeskItem.action_at.is_not(None), DeskItem.service_level != "")
    return (await reader.scalars(query.distinct().order_by(DeskItem.service_level).limit(MOST_LEVELS))).all()


async def people(reader: AsyncConnection, organisation_id: UUID | None, now: datetime) -> Sequence[AnyRow]:
    """Who works at the desk, with how much each has: ``id``, ``name``, ``due``, ``later``."""
    has = DeskItem.assignee_id == User.id
    query = (
        select(
            User.id,
            User.name,
            func.count().filter(DeskItem.action_at <= now).label("due"),
            func.count().filter(DeskItem.action_at > now).label("later"),
        )
        .outerjoin(DeskItem, has)
        .where(*works_at(organisation_id))
        .group_by(User.id, User.name)
    )
    return (await reader.execute(query)).all()
