"""The audit trail of a service: one line per change, in the change's own transaction. See docs/decisions/0012.

A route's change is recorded under the route's name unless the service says more of it by :func:`record`. What changes
nothing and still is to be on record (a download, an export) is noted by :func:`note`, a refusal by the middleware; both
in a transaction of their own, after the answer.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from cachetools import TTLCache
from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Scope

from chassis.database import Database
from chassis.tables import AuditEntry
from web.auth.principal import Principal
from web.errors import Unavailable
from web.observability import request_id

log = logging.getLogger(__name__)

# A caller, or the bare id of a person who acts in the organisation that the entry names; None the platform itself.
By = Principal | UUID | None

PLATFORM = "platform"
RECORDED = "audit.recorded"
NAMED = "audit.named"
REFUSALS = frozenset({403, 404, 429})
REFUSED = "request.refuse"
# The same refusal of the same caller is on record once in so many seconds: a scan fills no disk.
REFUSALS_APART = 60.0
REFUSALS_KEPT = 10_000


def record(
    session: AsyncSession,
    action: str,
    *,
    organisation_id: UUID | None,
    subject: object,
    by: By = None,
    about: str = "",
    **details: Any,
) -> None:
    """``action`` is ``noun.verb``; ``organisation_id`` whose administrators may read it beside the actor's; ``about``
    what people call the subject now, where its id says nothing to them. Details never hold a secret or a token."""
    session.info[RECORDED] = True
    session.add(
        AuditEntry(
            organisation_id=organisation_id,
            action=action,
            subject=str(subject),
            details={**details, "about": about} if about else details,
            request_id=request_id.get(),
            **_actor(by, organisation_id),
        )
    )


def record_beside(session: AsyncSession, action: str, **entry: Any) -> None:
    """As :func:`record`, for a side effect of the request: the request itself gets its own entry as well."""
    is_recorded = session.info.get(RECORDED, False)
    record(session, action, **entry)
    session.info[RECORDED] = is_recorded


def _actor(by: By, organisation_id: UUID | None) -> dict[str, Any]:
    if by is None:
        return {"actor": PLATFORM, "actor_kind": "platform"}
    if isinstance(by, UUID):
        return {"actor": str(by), "actor_kind": "person", "actor_organisation_id": organisation_id}
    kind = "person" if by.is_person else "service"
    return {
        "actor": by.subject,
        "actor_kind": kind,
        "actor_name": by.name,
        "actor_organisation_id": by.organisation_id,
    }


def record_request(session: AsyncSession, request: Request, response: Response) -> None:
    """Records a change under its route's name, unless the service has recorded it itself."""
    principal = getattr(request.state, "principal", None)
    if not isinstance(principal, Principal) or session.info.get(RECORDED) or response.status_code >= 400:
        return
    made = response.headers.get("location", "").rsplit("/", 1)[-1]
    subject, about = made or _subject(request.scope), session.info.get(NAMED, "")
    record(session, _name(request.scope), organisation_id=None, subject=subject, by=principal, about=about)


def name(session: AsyncSession, about: str) -> None:
    """Sets the readable name of the subject, for the entry that is made under the route's name."""
    session.info[NAMED] = about


def skip(session: AsyncSession) -> None:
    """Leaves the request out of the trail: it only repeated a report, stored a draft, or marked a notification read."""
    session.info[RECORDED] = True


def note(request: Request, subject: object = "", *, about: str = "") -> None:
    """Records a read, such as a download, under the route's name once it was answered."""
    request.state.audited = str(subject) or _subject(request.scope), about


def allow_absence(request: Request) -> None:
    """Keeps a 404 out of the trail, for an object of the caller's own that often does not exist, such as a draft."""
    request.state.may_be_absent = True


async def after(scope: Scope, status: int) -> None:
    """Records what was noted, or a refusal of a caller who is known. The answer has left: a failure is logged."""
    state = scope.get("state") or {}
    principal, database = state.get("principal"), getattr(scope["app"].state, "database", None)
    if not isinstance(principal, Principal) or not isinstance(database, Database):
        return
    noted = state.get("audited")
    if noted is not None and status < 400:
        subject, about = noted
        await _record_alone(database, _name(scope), subject, principal, about=about)
    elif status == 404 and state.get("may_be_absent"):
        return
    elif status in REFUSALS and _is_news((principal.subject, scope["method"], _name(scope), status)):
        path, operation = scope["path"][:200], {"operation": _name(scope), "of": _subject(scope)[:200]}
        await _record_alone(database, REFUSED, path, principal, method=scope["method"], status=status, **operation)


async def _record_alone(database: Database, action: str, subject: str, principal: Principal, **details: Any) -> None:
    try:
        async with database.transaction() as session:
            record(session, action, organisation_id=None, subject=subject, by=principal, **details)
    except (SQLAlchemyError, Unavailable, OSError):
        log.exception("not on record: %s %s by %s", action, subject, principal.subject)


_recent: TTLCache[tuple[str, str, str, int], None] = TTLCache(REFUSALS_KEPT, ttl=REFUSALS_APART)


def _is_news(refusal: tuple[str, str, str, int]) -> bool:
    if refusal in _recent:
        return False
    _recent[refusal] = None
    return True


def _name(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "name", "unmatched"))


def _subject(scope: Scope) -> str:
    return " ".join(str(value) for value in scope.get("path_params", {}).values())
