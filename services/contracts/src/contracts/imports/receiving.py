"""A body from its first byte to its last: kept in blocks, each in a short transaction, and started once it is whole.

First a row ``open``, which holds the Idempotency-Key and lets the sweep find what was kept if the process dies; then
the blocks; then one transaction with the job, and the remembered answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from uuid import UUID, uuid4

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect

from api import imports as schemas
from chassis.database import Database
from chassis.failpoints import crash_point
from chassis.http import idempotency
from chassis.messaging import outbox
from contracts.imports import repository
from contracts.imports.blocks import Blocks
from contracts.imports.errors import ImportEmpty, ImportInterrupted, TooManyImports
from contracts.imports.models import Import
from contracts.settings import Settings
from contracts.tasks import IMPORT_BLOCK
from web import clock
from web.auth.principal import Principal
from web.errors import BodyTooLarge, UnsupportedMediaType
from web.http.proxy.errors import RequestTimeout

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/x-ndjson"
# Not ended yet, of everybody: what is kept of their bodies is bounded by it.
MOST_AT_ONCE = 8


class Reception:
    """One POST of one body."""

    def __init__(self, request: Request, principal: Principal, *, is_dry_run: bool) -> None:
        self._request = request
        self._settings: Settings = request.app.state.settings
        self._database: Database = request.app.state.database
        self._owner = principal.subject
        self._is_dry_run = is_dry_run
        self._key = request.headers.get(idempotency.HEADER)
        self._scope = idempotency.scope(request, principal)
        self._hash = hashlib.sha256()

    async def answer(self) -> Response:
        """202 with the import, or the answer that the Idempotency-Key got before. Raises what is wrong; a body that is
        compressed is read by nobody."""
        media_type = self._request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != MEDIA_TYPE or self._request.headers.get("content-encoding", "identity") != "identity":
            raise UnsupportedMediaType
        length = self._request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > schemas.MOST_BYTES:
            raise BodyTooLarge(limit=schemas.MOST_BYTES)
        try:
            async with asyncio.timeout(self._settings.import_timeout):
                import_id = await self._open()
                return await (self._again() if import_id is None else self._receive(import_id))
        except TimeoutError as error:
            raise RequestTimeout(headers={"Connection": "close"}) from error
        except ClientDisconnect as error:
            raise ImportInterrupted from error

    async def _open(self) -> UUID | None:
        """The import of this body; None when its key has had an answer already."""
        async with self._database.transaction() as session:
            if self._key is not None and await self._is_answered(session, self._key):
                return None
            if await repository.unended(session) >= MOST_AT_ONCE:
                raise TooManyImports(limit=MOST_AT_ONCE)
            now = clock.now()
            opened = Import(
                id=uuid4(),
                owner=self._owner,
                is_dry_run=self._is_dry_run,
                state="open",
                upload_key=self._upload_key,
                created_at=now,
                moved_at=now,
            )
            session.add(opened)
            return opened.id

    async def _is_answered(self, session: AsyncSession, key: str) -> bool:
        """Raises RequestInFlight while a body with the same key is on its way."""
        await idempotency.claim(session, self._scope, key)
        since = clock.now() - timedelta(seconds=2 * self._settings.import_idle_timeout)
        if await repository.is_under_way(session, str(self._upload_key), since):
            raise idempotency.RequestInFlight(headers={"Retry-After": "1"})
        return await repository.is_answered(session, self._scope, key)

    async def _receive(self, import_id: UUID) -> Response:
        try:
            blocks = Blocks()
            async with aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    for block in blocks.feed(piece):
                        async with self._database.transaction() as session:
                            await repository.add_block(session, import_id, block, clock.now())
            return await self._start(import_id, blocks)
        except BaseException:
            await self._take_back(import_id)
            raise

    async def _start(self, import_id: UUID, blocks: Blocks) -> Response:
        """It is whole: it is registered from now on."""
        last = list(blocks.end())
        if not blocks.lines:
            raise ImportEmpty
        async with self._database.transaction() as session:
            for block in last:
                await repository.add_block(session, import_id, block, clock.now())
            started = {"state": "running", "blocks": blocks.number, "lines": blocks.lines}
            await repository.change(session, import_id, started)
            outbox.add_job(session, IMPORT_BLOCK, import_id=import_id, block=0)
            made = await repository.find(await session.connection(), import_id)
            body = schemas.Import.model_validate(made)
            response = JSONResponse(
                body.model_dump(mode="json"), 202, {"Location": f"{self._request.url.path}/{import_id}"}
            )
            if self._key is not None:
                idempotency.remember(session, self._scope, self._key, self._hash.hexdigest(), response)
        crash_point("api.after_commit")
        return response

    async def _again(self) -> Response:
        """Reads the body for its hash alone."""
        assert self._key is not None
        async with aclosing(self._pieces()) as pieces:
            async for _ in pieces:
                pass
        async with self._database.transaction() as session:
            stored = await idempotency.replay(session, self._scope, self._key, self._hash.hexdigest())
        if stored is None:  # forgotten since: 24 hours are over
            raise idempotency.RequestInFlight(headers={"Retry-After": "1"})
        return stored

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        stream, size = self._request.stream(), 0
        while True:
            async with asyncio.timeout(self._settings.import_idle_timeout):
                piece = await anext(stream, None)
            if piece is None:
                return
            size += len(piece)
            if size > schemas.MOST_BYTES:
                raise BodyTooLarge(limit=schemas.MOST_BYTES)
            self._hash.update(piece)
            yield piece

    async def _take_back(self, import_id: UUID) -> None:
        """If this fails too, the sweep finds the row. One that was started, and whose answer got lost, stays."""
        try:
            async with self._database.transaction() as session:
                await repository.give_up(session, import_id)
        except Exception as error:
            log.warning("an import that did not come whole is left to the sweep: %s", type(error).__name__)

    @property
    def _upload_key(self) -> str | None:
        return hashlib.sha256(f"{self._scope}\0{self._key}".encode()).hexdigest() if self._key is not None else None
