"""The audit trail: one line per change, in the change's own transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth.principal import Principal
from chassis.observability import request_id
from identity.models import AuditEntry

PLATFORM = "platform"


def record(
    session: AsyncSession,
    action: str,
    *,
    organisation_id: UUID | None,
    subject: object,
    by: Principal | UUID | None = None,
    **details: Any,
) -> None:
    """``action`` is ``noun.verb``; ``organisation_id`` whose administrators may read it; ``by`` None the platform
    itself. Details never hold a secret or a token."""
    session.add(
        AuditEntry(
            organisation_id=organisation_id,
            actor=_actor(by),
            action=action,
            subject=str(subject),
            details=details,
            request_id=request_id.get(),
        )
    )


def _actor(by: Principal | UUID | None) -> str:
    if by is None:
        return PLATFORM
    return by.subject if isinstance(by, Principal) else str(by)
