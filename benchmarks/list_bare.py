"""The same statements on the bare driver behind a bare Starlette route: no token, no model, no validation."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import uvicorn
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.dialects import postgresql
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from chassis.http import paging
from contracts import queries
from contracts.models import Contract
from devkit.harness import person

DIALECT: Any = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
TODAY = date.fromisoformat(os.environ["BENCH_TODAY"])
LIMIT = 25


def statements() -> list[tuple[str, dict[str, Any]]]:
    """The SQL of the real route, compiled once: the page, then the total and the counters."""
    wanted = queries.Wanted.of(person("reseller", "BENCH"), "", None, None, TODAY)
    sort = paging.Sort.parse("-number", queries.SORTS)
    page = queries.first_page(queries.listing(wanted.shape), sort, Contract.number_key.expression, LIMIT, None)
    counts = queries.counting(wanted.shape)
    compiled = [statement.compile(dialect=DIALECT) for statement in (page, counts)]
    return [(str(each), {**each.params, **wanted.values}) for each in compiled]


STATEMENTS = statements()


async def contracts(request: Request) -> JSONResponse:
    async with request.app.state.pool.connection() as connection:
        rows = await (await connection.execute(*STATEMENTS[0])).fetchall()
        counted = await (await connection.execute(*STATEMENTS[1])).fetchone()
    items = [[str(value) if value is not None else None for value in row[:8]] for row in rows[:LIMIT]]
    return JSONResponse({"items": items, "counts": list(counted)})


async def ready(_request: Request) -> JSONResponse:
    return JSONResponse({})


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    options = {"autocommit": True}
    async with AsyncConnectionPool(os.environ["BENCH_DATABASE_URL"], min_size=10, max_size=10, kwargs=options) as pool:
        app.state.pool = pool
        yield


app = Starlette(routes=[Route("/api/v1/contracts", contracts), Route("/readyz", ready)], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
