"""Renders every error of a service, foreseen or not, as application/problem+json."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from chassis import errors
from chassis.http import field_messages
from chassis.http.rendering import BY_STATUS, render
from chassis.i18n import Language, negotiate

log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    app.add_exception_handler(errors.Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(PoolTimeout, _database_away)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(InterfaceError, _database_away)
    app.add_exception_handler(DataError, _data_refused)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(Exception, _unforeseen)


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.Problem)
    return render(request, error)


async def _validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return render(request, errors.MalformedRequest())
    language = negotiate(request.headers.get("accept-language"))
    return render(request, errors.MalformedInput(errors=[_field(item, language) for item in found]))


def _field(item: Any, language: Language) -> dict[str, str]:
    """Never echoes the value: it may be a password."""
    place = [str(part) for part in item["loc"]]
    # The first says where the field was; a field may itself be called body.
    place = place[1:] if place[:1] and place[0] in ("body", "query", "path", "header", "cookie") else place
    return {"field": ".".join(place), "message": field_messages.message(item, language), "type": item["type"]}


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 413:
        limit = request.app.state.settings.max_body_bytes
        return render(request, errors.BodyTooLarge(limit=limit))
    problem = BY_STATUS.get(error.status_code, errors.Problem)()
    problem.headers.update(error.headers or {})
    return render(request, problem)


async def _database_away(request: Request, error: Exception) -> JSONResponse:
    log.warning("database away: %s", type(error).__name__)
    return render(request, errors.Unavailable())


async def _data_refused(request: Request, error: Exception) -> JSONResponse:
    """The backstop behind the schemas: a value that PostgreSQL cannot hold, such as a NUL byte."""
    return render(request, errors.MalformedInput(errors=[]))


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    if error.connection_invalidated:
        return await _database_away(request, error)
    return await _unforeseen(request, error)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    log.error("unforeseen error on %s %s", request.method, request.url.path, exc_info=error)
    return render(request, errors.Problem())
