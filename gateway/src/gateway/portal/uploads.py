"""Files on their way to an incident: sent ahead by a script, or with the form where there is none."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import aiohttp
from starlette.datastructures import UploadFile

from gateway.portal.backend import Refused
from gateway.portal.visit import Visit

FIELD = "files"
IDS = "file_ids"


async def take(visit: Visit) -> tuple[list[dict[str, Any]], list[str]]:
    """The files of a form: those sent ahead (``file_ids``) and those that came with it (``files``), as the files
    service knows them; and a sentence for each that was refused. Nothing is lost when the form goes back: the answer
    shows the files again (``uploads.html``)."""
    ahead = await asyncio.gather(*(_known(visit, one) for one in dict.fromkeys(visit.fields(IDS)) if _is_id(one)))
    kept = [file for file in ahead if file]
    refused = []
    for upload in visit.form.getlist(FIELD):
        if isinstance(upload, UploadFile) and upload.filename:
            try:
                kept.append(await _store(visit, upload))
            except Refused as refusal:
                refused.append(f"{upload.filename} : {refusal.title}")
    return kept, refused


async def _known(visit: Visit, identifier: str) -> Any:
    try:
        return await visit.get(f"/files/{identifier}")
    except Refused:
        return None


async def _store(visit: Visit, upload: UploadFile) -> Any:
    form = aiohttp.FormData()
    kind = upload.content_type or "application/octet-stream"
    form.add_field("file", upload.file, filename=upload.filename, content_type=kind)
    body = form()
    return (await visit.ask("POST", "/files", data=body, headers={"Content-Type": body.headers["Content-Type"]})).body


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
