"""``GET /audit/{service}``: what is on record, latest first. One order over all services, so that one cursor serves
them all and a page can show them side by side."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.http.paging import Cursor, Limit, malformed
from chassis.http.unit_of_work import Reader, UnitOfWorkRoute
from chassis.tables import AuditEntry
from web.auth.principal import Principal
from web.auth.rules import people
from web.i18n import text
from web.schemas import Moment
from web.trail import Entry, Trail

Administrator = Annotated[Principal, Depends(people(write=True))]
Actor = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00-\x1f]*$")]

# Entries of one service at one moment, which is that of their transaction.
MOST_AT_ONCE = 10_000


def router(service: str) -> APIRouter:
    routes = APIRouter(tags=["audit"], route_class=UnitOfWorkRoute)

    @routes.get(f"/audit/{service}", name=f"list_audit_of_{service}")
    async def list_audit(
        principal: Administrator,
        reader: Reader,
        actor: Actor = None,
        action: Actor = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Trail:
        """What one's own people did, and what was done in one's organisation; for SQP, what service accounts did, too.
        ``cursor`` may be that of an entry of any service."""
        after = _Place.read(cursor) if cursor else None
        wanted = [readable(principal)]
        if actor:
            wanted.append(AuditEntry.actor == actor)
        if action:
            wanted.append(AuditEntry.action == action)
        if since:
            wanted.append(AuditEntry.at >= since)
        if until:
            wanted.append(AuditEntry.at < until)
        if after:
            wanted.append(after.rest(service))
        return await _page(reader, service, wanted, limit, after)

    return routes


def readable(principal: Principal) -> ColumnElement[bool]:
    own = principal.organisation_id
    mine = or_(AuditEntry.organisation_id == own, AuditEntry.actor_organisation_id == own)
    return or_(mine, AuditEntry.actor_kind == "service") if principal.organisation_kind == "sqp" else mine


async def _page(
    reader: AsyncConnection, service: str, wanted: list[ColumnElement[bool]], limit: int, after: _Place | None
) -> Trail:
    skipped = after.shown if after and after.service == service else 0
    query = select(AuditEntry.__table__).where(and_(*wanted)).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    rows = (await reader.execute(query.offset(skipped).limit(limit + 1))).all()
    place = after if after and skipped else None
    items = []
    for row in rows[:limit]:
        place = _Place(row.at, service, place.shown + 1 if place and place.at == row.at else 1)
        items.append(Entry.model_validate({**row._mapping, "service": service, "cursor": place.written()}))
    return Trail(items=items, next=items[-1].cursor if len(rows) > limit else None)


@dataclass(frozen=True)
class _Place:
    """In the order of all entries: by moment, then service, then id, latest first. ``shown`` counts the entries of that
    service at that moment that came so far: ids are counted for the whole platform, and would tell one company how much
    happens at the others."""

    at: datetime
    service: str
    shown: int

    def written(self) -> str:
        place = json.dumps([self.at.isoformat(), self.service, self.shown])
        return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str) -> _Place:
        try:
            at, service, shown = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            moment = datetime.fromisoformat(at)
            if not isinstance(service, str) or type(shown) is not int or not 0 < shown <= MOST_AT_ONCE:
                raise ValueError("no cursor")
            if moment.tzinfo is None:
                raise ValueError("no zone")
        except (ValueError, TypeError, RecursionError, OverflowError) as error:
            raise malformed("cursor", text("Donnez le next d’une page.", "Give the next of a page.")) from error
        return cls(moment, service, shown)

    def rest(self, service: str) -> ColumnElement[bool]:
        """What of ``service`` is not before this place; those shown are among it."""
        return AuditEntry.at <= self.at if service >= self.service else AuditEntry.at < self.at
