"""What the notifications service tells."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from events.base import Event


class EmailFailed(Event):
    """A message to a person could not be delivered for good. ``kind`` is the template's name."""

    type: ClassVar[str] = "notifications.email.failed.v1"
    aggregate: ClassVar[str] = "email_id"
    tenant: ClassVar[str] = "organisation_id"

    email_id: UUID
    user_id: UUID
    organisation_id: UUID
    kind: str
    reason: str


EVENTS: tuple[type[Event], ...] = (EmailFailed,)
