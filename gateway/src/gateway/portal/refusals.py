"""Refusals outside the portal's own routes: a page for who asks for one, problem+json for a program."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from gateway import hardening, routing
from gateway.portal.site import Site


def refusing(site: Site) -> hardening.Refuse:
    async def refuse(request: Request, error: Exception) -> Response:
        problem = hardening.problem_of(error, request.scope)
        if not _wants_page(request):
            return await hardening.refuse(request, problem)
        response = await site.refuse(request, problem)
        response.headers.update(problem.headers)
        return response

    return refuse


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not routing.is_api(request.url.path)
