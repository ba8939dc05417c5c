"""What was raised becomes an answer, as long as nothing has been sent."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import Problem
from web.http.rendering import BY_STATUS, render
from web.http.route_access import methods_at

log = logging.getLogger(__name__)

Refuse = Callable[[Request, Exception], Awaitable[Response]]


class Refusals:
    """Renders what was raised, as long as nothing has been sent; afterwards the connection breaks off."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            problem = problem_of(error, scope)
            if not started:
                answer = await self._refuse(Request(scope), problem)
                await answer(scope, receive, send)


async def refuse(request: Request, error: Exception) -> Response:
    """What a program is told of a page that failed or is not there."""
    return render(request, problem_of(error, request.scope))


def problem_of(error: Exception, scope: Scope) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        problem = BY_STATUS.get(error.status_code, Problem)(headers=error.headers)
        if error.status_code == 405:
            problem.headers["Allow"] = ", ".join(methods_at(scope["app"].routes, scope["path"]))
        return problem
    log.error("unforeseen error on %s %s", scope["method"], scope["path"], exc_info=error)
    return Problem()
