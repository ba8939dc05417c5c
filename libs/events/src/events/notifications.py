"""Events that the notifications service publishes."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from events.base import Event


class EmailFailed(Event):
    """A message to a person could not be delivered for good. ``kind`` is the template's name, ``recipient`` the address
    that it went to (empty in events of older releases).

    ``address_refused``: the address is at fault, and no other message will reach it. Otherwise the message was given up
    for another reason, such as a mail server of ours that refused it for days.
    """

    type: ClassVar[str] = "notifications.email.failed.v1"
    aggregate: ClassVar[str] = "email_id"
    tenant: ClassVar[str] = "organisation_id"

    email_id: UUID
    user_id: UUID
    organisation_id: UUID
    kind: str
    reason: str
    recipient: str = ""
    address_refused: bool = True


EVENTS: tuple[type[Event], ...] = (EmailFailed,)
