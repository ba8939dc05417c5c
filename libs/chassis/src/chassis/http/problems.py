"""Renders every error of a service, foreseen or not, as application/problem+json."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg.errors import DeadlockDetected
from sqlalchemy import MetaData
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from chassis.http import constraints
from web import errors
from web.http.rendering import BY_STATUS, render
from web.http.route_access import methods_at
from web.http.validation import malformed
from web.i18n import negotiate, text

log = logging.getLogger(__name__)

TAKEN = text("Cette valeur est déjà prise, ou n’existe plus.", "This value is taken, or is there no more.")


def install(app: FastAPI, *metadata: MetaData) -> None:
    """``metadata`` is of the databases whose constraints may refuse."""
    app.state.constraints = constraints.fields(*metadata)
    app.add_exception_handler(errors.Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(PoolTimeout, _database_away)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(InterfaceError, _database_away)
    app.add_exception_handler(DataError, _data_refused)
    app.add_exception_handler(IntegrityError, _constraint)
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
    # The first of a place says in which part of the request the field was.
    return render(request, malformed([{**item, "loc": item["loc"][1:]} for item in found], language))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, errors.Problem):
        # Raised while the body was read, which FastAPI wraps.
        return render(request, error.__cause__)
    if error.status_code == 413:
        limit = request.app.state.settings.max_body_bytes
        return render(request, errors.BodyTooLarge(limit=limit))
    problem = BY_STATUS.get(error.status_code, errors.Problem)()
    problem.headers.update(error.headers or {})
    if error.status_code == 405:
        problem.headers["Allow"] = ", ".join(methods_at(request.app.routes, request.url.path))
    return render(request, problem)


async def _database_away(request: Request, error: Exception) -> JSONResponse:
    cause = getattr(error, "orig", error)
    if isinstance(cause, DeadlockDetected):
        log.error("deadlock on %s %s", request.method, request.url.path)
    else:
        log.warning("database away: %s", type(cause).__name__)
    return render(request, errors.Unavailable())


async def _data_refused(request: Request, error: Exception) -> JSONResponse:
    """The backstop behind the schemas: a value that PostgreSQL cannot hold. What a read fails on is our fault."""
    if request.method in ("GET", "HEAD"):
        return await _unforeseen(request, error)
    log.warning("let through by the schemas: %s %s", request.method, request.url.path)
    return render(request, errors.MalformedInput(errors=[]))


async def _constraint(request: Request, error: Exception) -> JSONResponse:
    """Two changes at once, of which a constraint lets one pass: the other is told what stands in its way."""
    assert isinstance(error, IntegrityError)
    told = getattr(error.orig, "diag", None)
    name, column = getattr(told, "constraint_name", None), getattr(told, "column_name", None)
    log.warning("constraint %s on %s %s", name or column, request.method, request.url.path)
    # A column that must not be empty is refused under its own name.
    fields = request.app.state.constraints.get(name) or [column or ""]
    message = TAKEN[negotiate(request.headers.get("accept-language"))]
    return render(
        request,
        errors.Conflict(errors=[{"field": field, "message": message, "type": "constraint"} for field in fields]),
    )


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    if error.connection_invalidated:
        return await _database_away(request, error)
    return await _unforeseen(request, error)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    log.error("unforeseen error on %s %s", request.method, request.url.path, exc_info=error)
    return render(request, errors.Problem())
