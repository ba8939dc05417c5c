"""Jobs are started and stopped, and it is said before what they would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents import bulk as schemas
from chassis import audit
from chassis.locks import one_at_a_time
from chassis.messaging import outbox
from chassis.sql import AnyRow
from events.incidents import Actor
from incidents import states
from incidents.bulk import labels, performing, repository
from incidents.bulk.errors import JobNotFound, OneAtATime
from incidents.bulk.models import BulkJob, BulkRow
from incidents.desk import awaited
from incidents.desk import repository as desk
from incidents.desk.errors import NotAtTheDesk
from incidents.tasks import BULK_ROW
from web import clock
from web.i18n import Language


async def start(session: AsyncSession, wanted: schemas.BulkJobCreate, by: Actor) -> UUID:
    """Raises OneAtATime, NotAtTheDesk."""
    assert by.user_id is not None, "the route lets people in only"
    assert by.organisation_id is not None, "the route lets people in only"
    await one_at_a_time(session, f"bulk {by.user_id}")
    if await repository.runs(session, by.user_id):
        raise OneAtATime
    now, about = clock.now(), await _named(session, wanted.act, by)
    job = BulkJob(
        id=uuid4(),
        owner_id=by.user_id,
        owner_name=by.name,
        organisation_id=by.organisation_id,
        action=wanted.act.action,
        act=wanted.act.model_dump(mode="json"),
        about=about,
        state="running",
        total=len(wanted.numbers),
        created_at=now,
        moved_at=now,
    )
    session.add(job)
    await session.flush()
    numbered = enumerate(wanted.numbers)
    session.add_all(BulkRow(job_id=job.id, position=at, number=each, outcome="waiting") for at, each in numbered)
    outbox.add_job(session, BULK_ROW, job_id=job.id, position=0)
    audit.name(session, f"{labels.SENTENCE[job.action]['fr'].format(about=_about(job)['fr'])} ({job.total})")
    return job.id


async def stop(session: AsyncSession, job_id: UUID, by: Actor) -> None:
    """The incident in hand is finished first, as its job holds the row that is locked here. What has ended stays."""
    job = await repository.locked(session, job_id)
    if job is None or job.owner_id != by.user_id:
        raise JobNotFound
    if job.state != "running":
        audit.skip(session)
        return
    await performing.end(session, job, "cancelled")


async def preview(
    session: AsyncSession, wanted: schemas.BulkJobCreate, by: Actor, language: Language
) -> schemas.BulkPreview:
    """What would happen if it happened now. Raises NotAtTheDesk."""
    about = await _named(session, wanted.act, by)
    shown = performing.about(wanted.act.action, about)[language]
    found = await repository.chosen(await session.connection(), wanted.numbers)
    asks_readers = isinstance(wanted.act, schemas.BulkRemind)
    known = await awaited.readers(session, awaited.parties(*found)) if asks_readers else set()
    kinds = Counter(_would(each, wanted.act, by, known) for each in found)
    act, gone = wanted.act.action, len(wanted.numbers) - len(found)
    said = [
        (kinds["done"], labels.WOULD[act]),
        (kinds["unchanged"], labels.STAY),
        (kinds["refused"], labels.REFUSED[act]),
        (gone, labels.GONE),
    ]
    sentences = [labels.counted(words, count, language, shown) for count, words in said if count]
    if act in performing.TOLD and kinds["done"]:
        sentences.append(labels.TOLD[language])
    return schemas.BulkPreview(sentences=sentences, changing=kinds["done"])


def _would(row: AnyRow, act: schemas.BulkAct, by: Actor, known: Collection[UUID]) -> schemas.Outcome:
    if isinstance(act, schemas.BulkMove):
        if (row.status, row.pending_reason) == (act.status, act.reason):
            return "unchanged"
        return "done" if act.status in states.next_states(row.status, "sqp") else "refused"
    if isinstance(act, schemas.BulkRemind):
        party = awaited.party(row, row)
        is_read = party is not None and awaited.unless_read(row, party, known) is None
        return "done" if is_read and awaited.refusal(row, row, clock.now()) is None else "refused"
    if isinstance(act, schemas.BulkRelease):
        return "unchanged" if row.assignee_id is None else "done" if row.assignee_id == by.user_id else "refused"
    if row.assignee_id == act.user_id:
        return "unchanged"
    return "done" if row.assignee_id in (None, by.user_id) or act.note else "refused"


async def _named(session: AsyncSession, act: schemas.BulkAct, by: Actor) -> str:
    """The state or colleague that the job's sentence names. The colleague must work at the desk, now and again when
    each row is performed."""
    if isinstance(act, schemas.BulkMove):
        return act.reason if act.reason not in (None, "other") else act.status
    if isinstance(act, schemas.BulkRelease | schemas.BulkRemind):
        return ""
    person = await desk.colleague(session, act.user_id, by.organisation_id)
    if person is None:
        raise NotAtTheDesk(field="user_id")
    return person.name


def _about(job: AnyRow | BulkJob) -> Any:
    return performing.about(job.action, job.about)


async def summaries(reader: AsyncConnection, jobs: Sequence[AnyRow], language: Language) -> list[dict[str, Any]]:
    counted: dict[UUID, dict[schemas.Outcome, int]] = {job.id: {} for job in jobs}
    for row in await repository.outcomes(reader, list(counted)):
        counted[row.job_id][row.outcome] = row.rows
    return [_summary(job, counted[job.id], language) for job in jobs]


def _summary(job: AnyRow, outcomes: dict[schemas.Outcome, int], language: Language) -> dict[str, Any]:
    return {
        "id": job.id,
        "action": job.action,
        "sentence": labels.SENTENCE[performing.action(job)][language].format(about=_about(job)[language]),
        "state": job.state,
        "state_label": labels.STATE[performing.state(job)][language],
        "total": job.total,
        "handled": job.total - outcomes.get("waiting", 0) - outcomes.get("cancelled", 0),
        "outcomes": outcomes,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
    }


def row_of(row: AnyRow, language: Language) -> schemas.BulkRow:
    outcome: schemas.Outcome = row.outcome
    return schemas.BulkRow(
        number=row.number,
        title=row.title,
        outcome=outcome,
        outcome_label=labels.OUTCOME[outcome][language],
        said=row.said_fr if language == "fr" else row.said_en,
    )
