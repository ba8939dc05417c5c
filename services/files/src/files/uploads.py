"""An upload from first byte to row: the database is asked before and after, and holds nothing open in between.

First a row ``uploading``, which counts in the uploader's quota, holds the Idempotency-Key, and lets the sweep find the
object if the process dies; then the object; then one transaction with the row, its scan and the remembered answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from contextlib import aclosing
from datetime import timedelta
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import files as schemas
from chassis.database import Database
from chassis.failpoints import crash_point
from chassis.http import idempotency
from files import repository, service
from files.body import Body
from files.dependencies import Services
from files.errors import UploadTooSlow
from files.models import StoredFile
from files.settings import Settings
from files.upload_stream import UploadStream
from web import clock
from web.auth.principal import Principal
from web.errors import Problem
from web.http.preconditions import etag

log = logging.getLogger(__name__)


class Upload:
    """One POST of one file."""

    def __init__(self, request: Request, principal: Principal) -> None:
        state = request.app.state
        self._settings: Settings = state.settings
        self._database: Database = state.database
        self._services: Services = state.resources
        self._principal = principal
        self._path = request.url.path
        self._key = request.headers.get(idempotency.HEADER)
        self._body = Body(request, self._settings.max_file_bytes, self._settings.upload_idle_timeout)
        self._stream = UploadStream(self._settings.max_file_bytes, lambda: self._body.filename)

    async def answer(self) -> Response:
        """201 with the file, or the answer that the Idempotency-Key got before. Raises what is wrong."""
        try:
            async with asyncio.timeout(self._settings.upload_timeout):
                return await self._receive()
        except TimeoutError as error:
            raise await self._politely(UploadTooSlow()) from error
        except Problem as problem:
            raise await self._politely(problem) from problem.__cause__

    async def _receive(self) -> Response:
        room = min(self._body.declared() or self._settings.max_file_bytes, self._settings.max_file_bytes)
        file = await self._begin(room)
        if file is None:
            return await self._again()
        try:
            await self._store(file)
            return await self._complete(file.id)
        except BaseException:
            await self._take_back(file)
            raise

    async def _begin(self, room: int) -> StoredFile | None:
        """The row of this upload; None when its key has had an answer already."""
        async with self._database.transaction() as session:
            if self._key is not None:
                await self._claim(session)
                if await self._is_answered(session):
                    return None
            return await service.begin(session, self._principal, self._settings, room, self._upload_key)

    async def _store(self, file: StoredFile) -> None:
        assert file.object_key is not None
        async with aclosing(self._body.content()) as content, aclosing(self._stream.passing(content)) as passing:
            await self._services.storage.put(file.object_key, passing, limit=self._settings.max_file_bytes)

    async def _complete(self, identifier: UUID) -> Response:
        async with self._database.transaction() as session:
            file = await service.complete(session, identifier, self._stream.content())
            response = _created(file)
            if self._key is not None:
                idempotency.remember(session, self._scope, self._key, file.sha256, response)
        crash_point("api.after_commit")
        return response

    async def _again(self) -> Response:
        """Reads the content for its hash alone."""
        assert self._key is not None
        async with aclosing(self._body.content()) as content, aclosing(self._stream.passing(content)) as passing:
            async for _ in passing:
                pass
        async with self._database.transaction() as session:
            stored = await idempotency.replay(session, self._scope, self._key, self._stream.content().sha256)
        if stored is None:  # forgotten since: 24 hours are over
            raise idempotency.RequestInFlight(headers={"Retry-After": "1"})
        return stored

    async def _claim(self, session: AsyncSession) -> None:
        """Raises RequestInFlight while an upload with the same key is under way."""
        assert self._key is not None
        assert self._upload_key is not None
        if not 0 < len(self._key) <= idempotency.MAX_LENGTH:
            raise idempotency.KeyMalformed
        await idempotency.claim(session, self._scope, self._key)
        since = clock.now() - timedelta(seconds=self._settings.upload_timeout)
        if await repository.is_under_way(session, self._upload_key, since):
            raise idempotency.RequestInFlight(headers={"Retry-After": "1"})

    async def _is_answered(self, session: AsyncSession) -> bool:
        assert self._key is not None
        return await repository.is_answered(session, self._scope, self._key)

    async def _take_back(self, file: StoredFile) -> None:
        """A job sees to the object; if this fails too, the sweep finds the row."""
        try:
            async with self._database.transaction() as session:
                await service.abandon(session, file.id)
        except Exception as error:
            log.warning("an unfinished upload is left to the sweep: %s", type(error).__name__)

    async def _politely(self, problem: Problem) -> Problem:
        """If the rest of the request body is too long to read, closes the connection after the answer."""
        if not await self._body.drained():
            problem.headers["Connection"] = "close"
        return problem

    @property
    def _scope(self) -> str:
        return f"{self._principal.tenant} {self._path}"

    @property
    def _upload_key(self) -> str | None:
        return hashlib.sha256(f"{self._scope}\0{self._key}".encode()).hexdigest() if self._key is not None else None


def _created(file: StoredFile) -> Response:
    body = schemas.File.model_validate(file).model_dump(mode="json")
    return JSONResponse(body, 201, {"Location": f"/api/v1/files/{file.id}", "ETag": etag(file.version)})
