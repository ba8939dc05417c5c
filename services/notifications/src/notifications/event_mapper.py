"""From an e-mail to the event that this service publishes."""

from __future__ import annotations

from events.notifications import EmailFailed
from notifications.models import Email


def email_failed(email: Email, reason: str, *, address_refused: bool) -> EmailFailed:
    return EmailFailed(
        version=1,
        email_id=email.id,
        user_id=email.user_id,
        organisation_id=email.organisation_id,
        kind=email.kind,
        reason=reason,
        recipient=email.recipient,
        address_refused=address_refused,
    )
