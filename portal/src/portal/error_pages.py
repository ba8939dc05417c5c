"""Refusals outside the portal's own routes: a page for who asks for one, problem+json for a program."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from portal.router import Router
from web.http import error_handlers


def refusing(router: Router) -> error_handlers.Refuse:
    async def refuse(request: Request, error: Exception) -> Response:
        problem = error_handlers.problem_of(error, request.scope)
        if not _wants_page(request):
            return await error_handlers.refuse(request, problem)
        response = await router.refuse(request, problem)
        response.headers.update(problem.headers)
        return response

    return refuse


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
