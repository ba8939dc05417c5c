"""An error as application/problem+json (RFC 9457), in the language of the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from web import errors
from web.i18n import Language, negotiate
from web.observability import request_id

BY_STATUS: dict[int, type[errors.Problem]] = {
    400: errors.MalformedRequest,
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    415: errors.UnsupportedMediaType,
}


def render(request: Request, problem: errors.Problem) -> JSONResponse:
    language = negotiate(request.headers.get("accept-language"))
    body = {
        "type": f"urn:sqp:problem:{problem.code}",
        "title": problem.sentence(language),
        "status": problem.status,
        "code": problem.code,
        "instance": request.url.path,
        "request_id": request_id.get(),
        **{name: _said(value, language) for name, value in problem.members.items()},
    }
    headers = {**problem.headers, "Content-Language": language, "Vary": "Accept-Language"}
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")


def _said(value: Any, language: Language) -> Any:
    """A member as it is; of a list of errors, each message in the reader's language."""
    if not isinstance(value, list):
        return value
    return [
        {**item, "message": item["message"][language]}
        if isinstance(item, dict) and isinstance(item.get("message"), Mapping)
        else item
        for item in value
    ]
