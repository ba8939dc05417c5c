"""The route that answers a service's feed of changes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import changes
from web.changes import Change, Changes
from web.http.route_access import REFUSAL

MOST = 1000

After = Annotated[int | None, Query(ge=0, le=2**63 - 1)]
Limit = Annotated[int, Query(ge=1, le=MOST)]

DOCUMENTED: dict[int | str, dict[str, Any]] = {
    410: {**REFUSAL, "description": "`changes_gone`: these are no longer kept; `restart_after` is what to go on after"}
}


async def answer(request: Request, reader: AsyncConnection, after: int | None, limit: int, segment: str) -> Changes:
    """``segment``: below which path the objects are read."""
    rows, last, more = await changes.read(request.app.state.database, reader, after, limit)
    items = [
        Change(
            sequence=row.sequence,
            kind=row.kind,
            number=row.number,
            version=row.version,
            at=row.at,
            path=f"/api/v1/{segment}/{row.number}",
        )
        for row in rows
    ]
    return Changes(items=items, last=last, more=more)
