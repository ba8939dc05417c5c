"""The HTTP of imports. Every account that may register contracts sees them all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api import imports as schemas
from chassis import audit
from chassis.http import idempotency
from chassis.http.paging import Cursor, Limit
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from contracts import auth
from contracts.imports import performing, repository
from contracts.imports.errors import ImportNotFound
from contracts.imports.receiving import MEDIA_TYPE, Reception
from web.i18n import negotiate

# Not a unit of work: its body has short ones of its own, and none while bytes come in.
uploads = APIRouter(prefix="/backoffice/imports", tags=["back office"])
imports = APIRouter(prefix="/backoffice/imports", tags=["back office"], route_class=UnitOfWorkRoute)

# The body is counted as it arrives, and refused in its own words.
UNLIMITED = 2**62
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MEDIA_TYPE: {
                # Of no type: a line that is no JSON is an error of that line, and refuses no body.
                "schema": {
                    "description": "A JSON object a line: `number`, and the body of "
                    "`PUT /api/v1/backoffice/contracts/{number}`.",
                }
            }
        },
    }
}


@uploads.post(
    "",
    status_code=202,
    response_model=schemas.Import,
    dependencies=[idempotency.Documented],
    openapi_extra=BODY,
    max_body_size=UNLIMITED,
)
async def start_import(request: Request, principal: auth.BackOffice, dry_run: bool = False) -> Response:
    """Registers many contracts: a line each, at most 200,000 lines and 256 MiB, as if each were put alone, in their
    order.

    Answered once the body is whole: a body that stops half-way registers nothing. What is registered from then on, and
    which lines are refused, the import says; a refused line holds up no other. A number that occurs twice is refused
    the second time. The same import again changes and tells nothing. ``dry_run`` answers the same and writes nothing.
    """
    answer = await Reception(request, principal, is_dry_run=dry_run).answer()
    made = schemas.Import.model_validate_json(bytes(answer.body))
    audit.note(request, made.id, about=str(made.lines))
    return answer


@imports.get("/{import_id}")
async def get_import(import_id: UUID, _: auth.BackOffice, reader: Reader) -> schemas.Import:
    """How far it is. Kept for 90 days."""
    row = await repository.find(reader, import_id)
    if row is None:
        raise ImportNotFound
    return schemas.Import.model_validate(row)


@imports.get("/{import_id}/errors")
async def list_import_errors(
    import_id: UUID, request: Request, _: auth.BackOffice, reader: Reader, limit: Limit = 100, cursor: Cursor = None
) -> schemas.RowErrors:
    """The lines that were refused so far, and why."""
    row = await repository.find(reader, import_id)
    if row is None:
        raise ImportNotFound
    language = negotiate(request.headers.get("accept-language"))
    rows, following = await repository.refusals(reader, import_id, limit, cursor)
    items = [
        schemas.RowError(
            line=each.line,
            number=each.number,
            code=each.code,
            sentence=each.said_fr if language == "fr" else each.said_en,
            errors=[schemas.FieldError(**{**error, "message": error["message"][language]}) for error in each.errors],
        )
        for each in rows
    ]
    return schemas.RowErrors(items=items, total=row.refused, next=following)


@imports.delete("/{import_id}", status_code=204)
async def cancel_import(import_id: UUID, _: auth.BackOffice, session: Session) -> None:
    """Stops it before the next of its lines, about 200 at a time. What is registered stays."""
    await performing.cancel(session, import_id)
