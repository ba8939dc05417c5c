"""What the notifications service refuses, and why."""

from __future__ import annotations

from chassis.retry_policy import NotYet
from web.errors import NotFound, TooManyRequests
from web.i18n import text


class TooManyStreams(TooManyRequests):
    code = "too_many_streams"
    message = text(
        "Trop de pages sont ouvertes sur ce compte. Fermez-en quelques-unes.",
        "Too many pages are open on this account. Close some of them.",
    )


class NotificationNotFound(NotFound):
    code = "notification_not_found"


class NotYetKnown(NotYet):
    """An event speaks of what another, still on its way, will introduce: the retry ladder brings it back."""
