"""The HTTP of work on many incidents. SQP's administrators start jobs and see their own only."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.incidents import bulk as schemas
from chassis import audit
from chassis.http import idempotency
from chassis.http.paging import Sort
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from incidents import auth
from incidents.auth import actor
from incidents.bulk import repository, service
from incidents.bulk.errors import JobNotFound
from incidents.desk import queries
from incidents.desk.queries import MINE, UNASSIGNED, Wanted
from incidents.language import Lang
from web import clock

bulk = APIRouter(prefix="/desk-jobs", tags=["desk"], route_class=UnitOfWorkRoute)
SHOWN = 20


@bulk.post("/selection")
async def select_view(body: schemas.Selection, principal: auth.SqpWriter, session: Session) -> schemas.Selected:
    """The numbers of all that a view of the queue holds now, 500 at most: what is started with them is of these."""
    audit.skip(session)
    query, now = body.query, clock.now()
    who = query.who if query.who in ("", MINE, UNASSIGNED) else UUID(query.who)
    wanted = Wanted(query.q, who, query.action, query.state, query.reseller_id, query.service_level)
    order = Sort.parse(query.sort, queries.sorts(now))
    reader = await session.connection()
    found = await repository.of_view(reader, wanted, query.when, order, principal.user_id, now)
    most = schemas.MOST_ROWS
    return schemas.Selected(numbers=list(found[:most]), is_cut=len(found) > most)


@bulk.post("/preview")
async def preview_bulk_job(
    body: schemas.BulkJobCreate, principal: auth.SqpWriter, session: Session, language: Lang
) -> schemas.BulkPreview:
    """What starting it would do now; nothing is changed."""
    audit.skip(session)
    return await service.preview(session, body, actor(principal), language)


@bulk.post("", status_code=201, dependencies=[idempotency.Documented])
async def start_bulk_job(
    body: schemas.BulkJobCreate,
    request: Request,
    response: Response,
    principal: auth.SqpWriter,
    session: Session,
    language: Lang,
) -> schemas.BulkJob:
    """Starts it: one incident after the other, each as if it were done alone, with the rights that the caller has by
    then. 409 ``one_job_at_a_time`` while another of the caller's runs."""
    job_id = await service.start(session, body, actor(principal))
    await session.flush()
    response.headers["Location"] = f"{request.url.path}/{job_id}"
    return await _whole(await session.connection(), job_id, principal.user_id, language)


@bulk.get("")
async def list_bulk_jobs(principal: auth.SqpWriter, reader: Reader, language: Lang) -> schemas.BulkJobs:
    found = await repository.jobs(reader, principal.user_id, SHOWN)
    items = await service.summaries(reader, found, language)
    return schemas.BulkJobs(items=[schemas.BulkJobSummary(**each) for each in items])


@bulk.get("/{job_id}")
async def get_bulk_job(job_id: UUID, principal: auth.SqpWriter, reader: Reader, language: Lang) -> schemas.BulkJob:
    """How far it is, and the result of each incident."""
    return await _whole(reader, job_id, principal.user_id, language)


@bulk.post("/{job_id}/stop", status_code=204, dependencies=[idempotency.Documented])
async def stop_bulk_job(job_id: UUID, principal: auth.SqpWriter, session: Session) -> None:
    """Before the next incident. What is done stays done."""
    await service.stop(session, job_id, actor(principal))


async def _whole(reader: Reader, job_id: UUID, me: UUID | None, language: Lang) -> schemas.BulkJob:
    job = await repository.job(reader, job_id, me)
    if job is None:
        raise JobNotFound
    summary = (await service.summaries(reader, [job], language))[0]
    rows = [service.row_of(each, language) for each in await repository.rows(reader, job_id)]
    return schemas.BulkJob(**summary, rows=rows)
