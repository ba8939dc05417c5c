"""What the notifications service tells."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from events.base import Event


class EmailFailed(Event):
    """A message to a person could not be delivered for good. ``kind`` is the template's name."""

    type: ClassVar[str] = "notifications.email.failed.v1"

    email_id: UUID
    user_id: UUID
    organisation_id: UUID
    kind: str
    reason: str

    @property
    def aggregate_id(self) -> str:
        return str(self.email_id)

    @property
    def tenant_id(self) -> UUID:
        return self.organisation_id


EVENTS: tuple[type[Event], ...] = (EmailFailed,)
