"""What people are told of a job once it has ended: all that it changed, in one event."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents import bulk as schemas
from events.desk import AnswersReminded, IncidentsMoved, MovedIncident, RemindedIncident
from events.incidents import Actor
from incidents.bulk import repository
from incidents.desk import awaited


async def of(
    session: AsyncSession, job_id: UUID, act: schemas.BulkAct, by: Actor, at: datetime
) -> IncidentsMoved | AnswersReminded | None:
    """None of an act that is SQP's alone, and where nothing was changed."""
    if isinstance(act, schemas.BulkMove):
        return await _moved(session, job_id, act, by, at)
    return await _reminded(session, job_id, by, at) if isinstance(act, schemas.BulkRemind) else None


async def _moved(
    session: AsyncSession, job_id: UUID, act: schemas.BulkMove, by: Actor, at: datetime
) -> IncidentsMoved | None:
    moved = [
        MovedIncident.model_validate(row, from_attributes=True) for row in await repository.changed(session, job_id)
    ]
    values = {"job_id": job_id, "status": act.status, "reason": act.reason, "note": act.note, "actor": by, "at": at}
    return IncidentsMoved(version=1, incidents=moved, **values) if moved else None


async def _reminded(session: AsyncSession, job_id: UUID, by: Actor, at: datetime) -> AnswersReminded | None:
    """Of what is awaited still: who has answered, or is asked something else, since its row was done is not reminded
    any more."""
    rows = await repository.changed(session, job_id)
    said = await awaited.asked(session, [row.number for row in rows])
    reminded = []
    for row in rows:
        party, last = awaited.party(row, row), said[row.number]
        has_moved = last.moved_at is not None and last.moved_at > row.reminded_at
        if party is not None and not has_moved and awaited.unless_awaited(row, row) is None:
            of_row = {"number": row.number, "title": row.title, "awaited": party, "asked": last.of(party)}
            reminded.append(RemindedIncident(**of_row, reseller_id=row.reseller_id, client_id=row.client_id))
    return AnswersReminded(version=1, job_id=job_id, incidents=reminded, actor=by, at=at) if reminded else None
