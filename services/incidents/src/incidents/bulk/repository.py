"""The SQL of work on many incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents.bulk import MOST_ROWS
from api.incidents.desk import When
from chassis.http import paging
from chassis.sql import AnyRow
from incidents.bulk.models import BulkJob, BulkRow
from incidents.desk import queries
from incidents.desk.models import DeskItem
from incidents.models import Incident

JOB = BulkJob.__table__
OF_INCIDENT = (
    Incident.number,
    Incident.title,
    Incident.reseller_id,
    Incident.reseller_name,
    Incident.client_id,
    Incident.client_name,
    Incident.readers,
    Incident.status,
    Incident.pending_reason,
)
# Who has it, and all that ``desk/awaited.py`` asks.
OF_ITEM = (
    DeskItem.assignee_id,
    DeskItem.last_message_kind,
    DeskItem.last_message_at,
    DeskItem.moved_at,
    DeskItem.unanswered_since,
    DeskItem.reminded_at,
)


async def locked(session: AsyncSession, job_id: UUID) -> AnyRow | None:
    """The job's columns, its row locked: what is done of a job is one thing at a time. Lock it before an incident."""
    query = select(JOB).where(BulkJob.id == job_id).with_for_update(key_share=True)
    return (await session.execute(query)).one_or_none()


async def runs(session: AsyncSession, owner_id: UUID) -> bool:
    query = select(BulkJob.id).where(BulkJob.owner_id == owner_id, BulkJob.state == "running")
    return await session.scalar(query.limit(1)) is not None


async def row(session: AsyncSession, job_id: UUID, position: int) -> AnyRow | None:
    query = select(BulkRow.number, BulkRow.outcome).where(BulkRow.job_id == job_id, BulkRow.position == position)
    return (await session.execute(query)).one_or_none()


async def first_waiting(session: AsyncSession, job_id: UUID) -> int | None:
    return await session.scalar(
        select(func.min(BulkRow.position)).where(BulkRow.job_id == job_id, BulkRow.outcome == "waiting")
    )


async def keep(session: AsyncSession, job_id: UUID, position: int, values: Mapping[str, Any], at: datetime) -> None:
    of_row = update(BulkRow).where(BulkRow.job_id == job_id, BulkRow.position == position)
    await session.execute(of_row.values(**values))
    await session.execute(update(BulkJob).where(BulkJob.id == job_id).values(moved_at=at))


async def end(session: AsyncSession, job_id: UUID, state: str, at: datetime) -> None:
    left = update(BulkRow).where(BulkRow.job_id == job_id, BulkRow.outcome == "waiting")
    await session.execute(left.values(outcome="cancelled"))
    await session.execute(update(BulkJob).where(BulkJob.id == job_id).values(state=state, ended_at=at))


async def changed(session: AsyncSession, job_id: UUID) -> Sequence[AnyRow]:
    """The incidents that the job has changed, in the job's order, as they are now."""
    query = (
        select(*OF_INCIDENT, *OF_ITEM)
        .join(BulkRow, BulkRow.number == Incident.number)
        .outerjoin(DeskItem, DeskItem.incident_number == Incident.number)
        .where(BulkRow.job_id == job_id, BulkRow.outcome == "done")
        .order_by(BulkRow.position)
    )
    return (await session.execute(query)).all()


async def stuck(session: AsyncSession, since: datetime, limit: int) -> Sequence[UUID]:
    query = select(BulkJob.id).where(BulkJob.state == "running", BulkJob.moved_at < since)
    return (await session.scalars(query.order_by(BulkJob.moved_at).limit(limit))).all()


async def forget(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(BulkJob).where(BulkJob.created_at < before, BulkJob.state != "running"))


async def jobs(reader: AsyncConnection, owner_id: UUID | None, limit: int) -> Sequence[AnyRow]:
    query = select(JOB).where(BulkJob.owner_id == owner_id).order_by(BulkJob.created_at.desc(), BulkJob.id)
    return (await reader.execute(query.limit(limit))).all()


async def job(reader: AsyncConnection, job_id: UUID, owner_id: UUID | None) -> AnyRow | None:
    return (await reader.execute(select(JOB).where(BulkJob.id == job_id, BulkJob.owner_id == owner_id))).one_or_none()


async def outcomes(reader: AsyncConnection, job_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    query = select(BulkRow.job_id, BulkRow.outcome, func.count().label("rows")).where(BulkRow.job_id.in_(job_ids))
    return (await reader.execute(query.group_by(BulkRow.job_id, BulkRow.outcome))).all()


async def rows(reader: AsyncConnection, job_id: UUID) -> Sequence[AnyRow]:
    query = (
        select(BulkRow.__table__, func.coalesce(Incident.title, "").label("title"))
        .outerjoin(Incident, Incident.number == BulkRow.number)
        .where(BulkRow.job_id == job_id)
        .order_by(BulkRow.position)
    )
    return (await reader.execute(query)).all()


async def chosen(reader: AsyncConnection, numbers: Sequence[str]) -> Sequence[AnyRow]:
    """State, assignee and who is awaited of each, to say what would happen."""
    query = (
        select(*OF_INCIDENT, *OF_ITEM)
        .outerjoin(DeskItem, DeskItem.incident_number == Incident.number)
        .where(Incident.number.in_(numbers))
    )
    return (await reader.execute(query)).all()


async def of_view(
    reader: AsyncConnection, wanted: queries.Wanted, when: When, sort: paging.Sort, me: UUID | None, now: datetime
) -> Sequence[str]:
    """One more than a job takes, where there are more."""
    narrowed = queries.listing(wanted).where(queries.is_when(when, me, now), queries.is_of(wanted.who, me))
    ordered = paging.ordered(narrowed, sort, DeskItem.number_key.expression)
    return (await reader.scalars(ordered.limit(MOST_ROWS + 1))).all()
