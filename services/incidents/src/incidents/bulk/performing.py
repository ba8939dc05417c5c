"""The rows of a job, each in a transaction of its own: what one does with an incident is what is done with it alone.

A run does one row and enqueues the next, all in its transaction. So a process that is killed leaves no row half done,
and a run that is delivered twice finds its row done; between two rows a job can be stopped, and other jobs have their
turn.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents import bulk as schemas
from api.incidents.incidents import PENDING_REASONS
from chassis import audit
from chassis.messaging import outbox
from chassis.retry_policy import DatabaseAway
from chassis.sql import AnyRow
from events.incidents import Actor
from incidents.bulk import labels, repository, telling
from incidents.bulk.errors import NotAnyMore
from incidents.desk import reminders
from incidents.desk import repository as desk_rows
from incidents.desk import service as desk
from incidents.labels import STATUS
from incidents.service import changes
from incidents.service.loading import for_change
from incidents.tasks import BULK_ROW
from web import clock
from web.errors import Problem
from web.i18n import Text

log = logging.getLogger(__name__)

ACT: TypeAdapter[schemas.BulkAct] = TypeAdapter(schemas.BulkAct)
# A job whose next row was lost among the dead jobs stands still; it is set going again after that time.
STANDS_STILL = timedelta(minutes=10)
KEPT = timedelta(days=90)
AT_ONCE = 50
# Acts of which resellers and clients are notified too.
TOLD: tuple[schemas.Action, ...] = ("move", "remind")
# Labels of the states, and of the reasons to wait: the two share one dictionary, as their codes differ.
STATES: Mapping[str, Text] = {str(word): label for words in (STATUS, PENDING_REASONS) for word, label in words.items()}


async def perform(session: AsyncSession, job_id: str, position: int) -> None:
    job = await repository.locked(session, UUID(job_id))
    if job is None or job.state != "running":
        return
    row = await repository.row(session, job.id, position)
    if row is None or row.outcome != "waiting":
        return
    result = await _result(session, job, row.number)
    await repository.keep(session, job.id, position, result, clock.now())
    following = await repository.first_waiting(session, job.id)
    if following is None:
        await end(session, job, "done")
    else:
        outbox.add_job(session, BULK_ROW, job_id=job.id, position=following)


async def end(session: AsyncSession, job: AnyRow, state: schemas.JobState) -> None:
    """Its row is locked. People are told of all that was changed, once, also of a job that was stopped."""
    now = clock.now()
    await repository.end(session, job.id, state, now)
    if job.action in TOLD:
        told = await telling.of(session, job.id, ACT.validate_python(job.act), _owner(job), now)
        if told is not None:
            outbox.add(session, told)


async def revive(session: AsyncSession) -> int:
    """Enqueues the next row of jobs that stand still, and forgets old ones; how many stood still."""
    now = clock.now()
    stuck = await repository.stuck(session, now - STANDS_STILL, AT_ONCE)
    for job_id in stuck:
        position = await repository.first_waiting(session, job_id)
        if position is not None:
            outbox.add_job(session, BULK_ROW, job_id=job_id, position=position)
    await repository.forget(session, now - KEPT)
    return len(stuck)


async def _result(session: AsyncSession, job: AnyRow, number: str) -> dict[str, Any]:
    """The row's outcome and sentence. A refusal leaves the incident as it was. If the database fails, the exception
    ends the job, which is then retried."""
    named = about(job.action, job.about)
    try:
        async with session.begin_nested():
            is_news = await _act(session, job, number)
    except Problem as refused:
        return {"outcome": "refused", "said_fr": refused.sentence("fr"), "said_en": refused.sentence("en")}
    except (DBAPIError, DatabaseAway):
        raise
    except Exception:
        log.exception("job %s fails on incident %s", job.id, number)
        return {"outcome": "failed", **labels.both(labels.FAILED)}
    words = labels.DONE if is_news else labels.UNCHANGED
    return {"outcome": "done" if is_news else "unchanged", **labels.both(words[action(job)], named)}


async def _act(session: AsyncSession, job: AnyRow, number: str) -> bool:
    """Does to one incident what its own route would, with the same refusals; returns whether anything changed."""
    by, act = _owner(job), ACT.validate_python(job.act)
    if await desk_rows.colleague(session, job.owner_id, job.organisation_id) is None:
        raise NotAnyMore
    if isinstance(act, schemas.BulkMove):
        incident = await for_change(session, number, by)
        if (incident.status, incident.pending_reason) == (act.status, act.reason):
            return False
        await changes.move_among(session, incident, act, by, job.id)
    elif isinstance(act, schemas.BulkRemind):
        await reminders.remind_among(session, await for_change(session, number, by), by)
    else:
        item = await desk.locked_item(session, number)
        if item.assignee_id == getattr(act, "user_id", None):
            return False
        if isinstance(act, schemas.BulkAssign):
            await desk.assign(session, number, act.user_id, act.note, by)
        else:
            await desk.release(session, number, act.note, by)
    _record(session, job, number)
    return True


def _record(session: AsyncSession, job: AnyRow, number: str) -> None:
    done = {
        "move": "incident.move_among",
        "assign": "incident.assign_among",
        "release": "incident.release_among",
        "remind": "incident.remind_among",
    }
    said = done[job.action]
    audit.record(session, said, organisation_id=job.organisation_id, subject=number, by=job.owner_id)


def about(act: schemas.Action, named: str) -> Text:
    """The colleague or the state that the sentences of a job name."""
    return STATES[named] if act == "move" else {"fr": named, "en": named}


def action(job: AnyRow) -> schemas.Action:
    act: schemas.Action = job.action
    return act


def state(job: AnyRow) -> schemas.JobState:
    found: schemas.JobState = job.state
    return found


def _owner(job: AnyRow) -> Actor:
    return Actor(
        user_id=job.owner_id,
        organisation_id=job.organisation_id,
        organisation_kind="sqp",
        name=job.owner_name,
    )
