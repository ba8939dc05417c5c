"""The HTTP of the files service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api import files as schemas
from chassis import audit
from chassis.http import idempotency
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from files import auth, downloads, queries, service
from files.dependencies import ServicesDep
from files.errors import FileNotFound
from files.uploads import Upload
from web.http.preconditions import set_etag
from web.http.route_access import REFUSAL

# Not a unit of work: an upload has two short ones of its own, and none while bytes come in.
uploads = APIRouter(tags=["files"])
files = APIRouter(tags=["files"], route_class=UnitOfWorkRoute)

# The upload counts for itself, and says in its own words what is too large.
UNLIMITED = 2**62

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "maxLength": 20 * 1024 * 1024}},
                }
            }
        },
    }
}
CONTENT = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file, of the media type that its record names", "content": CONTENT},
    206: {"description": "One range of the file", "content": CONTENT},
    304: {"description": "The caller has it: If-None-Match names its content"},
    409: {**REFUSAL, "description": "Not scanned yet: try again after Retry-After"},
    410: {**REFUSAL, "description": "Infected and destroyed"},
}

SMALL: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
    409: BYTES[409],
    410: BYTES[410],
}


@uploads.post(
    "/files",
    status_code=201,
    response_model=schemas.File,
    dependencies=[idempotency.Documented],
    openapi_extra=FORM,
    max_body_size=UNLIMITED,
)
async def upload_file(request: Request, principal: auth.Uploader) -> Response:
    """Stores one file of at most 20 MiB, sent as the part ``file`` of a multipart form.

    An Idempotency-Key compares the content's hash. The file is the uploader's alone until an incident names it, and is
    erased after 24 hours if none does.
    """
    answer = await Upload(request, principal).answer()
    file = schemas.File.model_validate_json(bytes(answer.body))
    audit.note(request, file.id, about=file.name)
    return answer


@files.get("/files/{file_id}")
async def get_file(file_id: UUID, response: Response, principal: auth.CanRead, reader: Reader) -> schemas.File:
    row = await queries.file(reader, file_id, principal)
    if row is None:
        raise FileNotFound
    set_etag(response, row.version)
    return schemas.File.model_validate(row)


@files.get("/files/{file_id}/content", response_class=Response, responses=BYTES)
async def get_content(
    file_id: UUID, request: Request, principal: auth.CanRead, reader: Reader, services: ServicesDep
) -> Response:
    """The bytes, as a download, once the file is clean."""
    row = await queries.file(reader, file_id, principal)
    if row is None:
        raise FileNotFound
    audit.note(request, about=row.name)
    return await downloads.respond(services.storage, row, request)


@files.get("/files/{file_id}/thumbnail", response_class=Response, responses=SMALL)
async def get_thumbnail(
    file_id: UUID, request: Request, principal: auth.CanRead, reader: Reader, services: ServicesDep
) -> Response:
    """A clean picture within 320 by 320 pixels, as JPEG."""
    row = await queries.file(reader, file_id, principal)
    if row is None:
        raise FileNotFound
    return await downloads.respond_small(services.storage, row, request)


@files.delete("/files/{file_id}", status_code=204)
async def delete_file(file_id: UUID, principal: auth.Uploader, session: Session) -> None:
    """Takes back a file of one's own that no incident has."""
    await service.discard(session, file_id, principal)
