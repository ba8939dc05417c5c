"""The HTTP of the files service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.http import idempotency
from chassis.http.preconditions import set_etag
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from files import auth, downloads, queries, schemas, service
from files.errors import FileNotFound
from files.resources import Resources
from files.uploads import Upload

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
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
    206: {"description": "One range of the file"},
    409: {"description": "Not scanned yet: try again after Retry-After"},
    410: {"description": "Infected and destroyed"},
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
    return await Upload(request, principal).answer()


@files.get("/files/{file_id}")
async def get_file(file_id: UUID, response: Response, principal: auth.Reader, reader: Reader) -> schemas.File:
    row = await queries.file(reader, file_id, principal)
    if row is None:
        raise FileNotFound
    set_etag(response, row.version)
    return schemas.File.model_validate(row)


@files.get("/files/{file_id}/content", response_class=Response, responses=BYTES)
async def get_content(file_id: UUID, request: Request, principal: auth.Reader, reader: Reader) -> Response:
    """The bytes, as a download, once the file is clean."""
    row = await queries.file(reader, file_id, principal)
    if row is None:
        raise FileNotFound
    resources: Resources = request.app.state.resources
    return await downloads.respond(resources.storage, row, request)


@files.delete("/files/{file_id}", status_code=204)
async def delete_file(file_id: UUID, principal: auth.Uploader, session: Session) -> None:
    """Takes back a file of one's own that no incident has."""
    await service.discard(session, file_id, principal)
