"""The HTTP of canned answers and macros: SQP's people read them, its administrators write and use them. Service
accounts, resellers and clients have no access."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.incidents import IncidentState, Number
from api.incidents import canned as schemas
from api.incidents.incidents import PENDING_REASONS
from chassis.http import idempotency
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from incidents import auth, views
from incidents.auth import actor
from incidents.canned import macros, names, repository, service
from incidents.canned.errors import CannedAnswerNotFound
from incidents.canned.labels import STEP
from incidents.exchanges.labels import TYPE
from incidents.labels import NATURE, STATUS, choices
from incidents.language import Lang
from incidents.service.loading import to_read
from web.http.preconditions import IfMatch, set_etag
from web.i18n import Language

canned = APIRouter(tags=["canned answers"], route_class=UnitOfWorkRoute)


@canned.get("/canned-answers")
async def list_canned_answers(_: auth.SqpPerson, reader: Reader, language: Lang) -> schemas.CannedAnswers:
    """All of them, the names that their texts may hold, and what they may be offered for."""
    return schemas.CannedAnswers(
        items=[service.answer_of(row, language) for row in await repository.rows(reader)],
        names=[schemas.NameHelp(name=name, label=label[language]) for name, label in names.LABELS.items()],
        natures=choices(NATURE, language),
        statuses=choices(STATUS, language),
        steps=choices(STEP, language),
        exchange_types=choices(TYPE, language),
        reasons=choices(PENDING_REASONS, language),
    )


@canned.post("/canned-answers", status_code=201, dependencies=[idempotency.Documented])
async def create_canned_answer(
    body: schemas.CannedAnswerCreate,
    request: Request,
    response: Response,
    principal: auth.SqpWriter,
    session: Session,
    language: Lang,
) -> schemas.CannedAnswer:
    """409 ``unknown_name`` for anything in braces that is no name of the list, ``title_taken`` for a title twice."""
    answer = await service.create(session, body, actor(principal))
    await session.flush()
    await session.refresh(answer)
    response.headers["Location"] = f"{request.url.path}/{answer.id}"
    set_etag(response, answer.version)
    return service.answer_of(answer, language)


@canned.get("/canned-answers/{answer_id}")
async def get_canned_answer(
    answer_id: UUID, response: Response, _: auth.SqpPerson, reader: Reader, language: Lang
) -> schemas.CannedAnswer:
    row = await repository.row(reader, answer_id)
    if row is None:
        raise CannedAnswerNotFound
    set_etag(response, row.version)
    return service.answer_of(row, language)


@canned.patch("/canned-answers/{answer_id}", status_code=204)
async def change_canned_answer(
    answer_id: UUID,
    body: schemas.CannedAnswerPatch,
    response: Response,
    principal: auth.SqpWriter,
    session: Session,
    precondition: IfMatch,
) -> None:
    answer = await service.change(session, answer_id, body, actor(principal), precondition)
    set_etag(response, answer.version)


@canned.delete("/canned-answers/{answer_id}", status_code=204)
async def delete_canned_answer(answer_id: UUID, _: auth.SqpWriter, session: Session, precondition: IfMatch) -> None:
    """What was written with it stays."""
    await service.remove(session, answer_id, precondition)


@canned.post("/canned-answers/{answer_id}/uses", status_code=204, dependencies=[idempotency.Documented])
async def use_canned_answer(answer_id: UUID, body: schemas.CannedUse, _: auth.SqpWriter, session: Session) -> None:
    """Counts that its text was put into a message."""
    await service.count_use(session, answer_id)


@canned.get("/incidents/{number}/canned-answers")
async def list_offered_answers(
    number: Number, principal: auth.SqpPerson, reader: Reader, language: Lang
) -> schemas.OfferedAnswers:
    """Those for this incident's nature and state, filled from it."""
    incident = await to_read(reader, number, principal)
    known = await service.values(reader, incident, principal)
    found = await repository.offered(reader, incident.nature, incident.status)
    return schemas.OfferedAnswers(items=[service.offered(row, known, language) for row in found])


@canned.get("/incidents/{number}/canned-answers/{answer_id}/preview")
async def preview_macro(
    number: Number,
    answer_id: UUID,
    response: Response,
    principal: auth.SqpPerson,
    reader: Reader,
    language: Lang,
    of_text: Annotated[Language, Query(alias="language")] = "fr",
) -> schemas.MacroPreview:
    """What applying it would do now, and why it could not. ``language``: of the text. Its ETag is for applying."""
    incident = await to_read(reader, number, principal)
    plan = await macros.plan(reader, incident, answer_id, of_text, principal)
    set_etag(response, plan.tag)
    return plan.preview(language)


@canned.post("/incidents/{number}/canned-answers/{answer_id}/apply", dependencies=[idempotency.Documented])
async def apply_macro(
    number: Number,
    answer_id: UUID,
    body: schemas.MacroApply,
    response: Response,
    principal: auth.SqpWriter,
    session: Session,
    precondition: IfMatch,
    language: Lang,
) -> IncidentState:
    """Does all that the preview with this ETag said, or nothing.

    409 ``macro_refused`` says which part was refused and why, 412 ``thread_moved`` who wrote or moved the incident
    since, any other 412 that it would not do the same any more.
    """
    incident = await macros.apply(session, number, answer_id, body.language, principal, precondition)
    set_etag(response, incident.version)
    return views.state(incident, language)
