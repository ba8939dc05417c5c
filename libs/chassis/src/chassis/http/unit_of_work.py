"""One request is one transaction, committed before the answer leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis import audit
from chassis.database import Database
from chassis.failpoints import crash_point
from chassis.http import idempotency
from web.errors import Problem
from web.http.json_bodies import BoundedRequest
from web.http.rendering import render

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class UnitOfWorkRoute(APIRoute):
    """A route whose handler runs inside one transaction; an exception rolls everything back, save a Problem that
    ``keeps_changes``.

    The commit stands here and not in a ``yield`` dependency because the answer to an Idempotency-Key is stored in the
    same transaction as the change that it reports. See docs/decisions/0002.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def recorded(request: Request) -> Response:
            response = await handle(request)
            audit.record_request(request.state.session, request, response)
            return response

        async def in_transaction(request: Request) -> Response:
            request = BoundedRequest(request.scope, request.receive)
            if request.method in SAFE_METHODS:
                return await handle(request)
            database: Database = request.app.state.database
            async with database.transaction() as session:
                request.state.session = session
                response = await _answer_or_kept_refusal(session, request, recorded)
            crash_point("api.after_commit")
            return response

        return in_transaction


async def _answer_or_kept_refusal(
    session: AsyncSession, request: Request, handle: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    try:
        return await idempotency.answer(session, request, handle)
    except Problem as problem:
        if not problem.keeps_changes:
            raise
        return render(request, problem)


async def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def _reader(request: Request) -> AsyncIterator[AsyncConnection]:
    database: Database = request.app.state.database
    async with database.reader() as connection:
        yield connection


Session = Annotated[AsyncSession, Depends(_session)]
Reader = Annotated[AsyncConnection, Depends(_reader, scope="function")]
