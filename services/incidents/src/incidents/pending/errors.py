"""What is refused about messages that wait, and why."""

from __future__ import annotations

from web.errors import Conflict, NotFound
from web.i18n import text


class PendingMessageNotFound(NotFound):
    code = "pending_message_not_found"
    message = text("Ce message n’attend plus : il a été annulé.", "This message waits no more: it was cancelled.")


class SentAlready(Conflict):
    code = "sent_already"
    message = text("Votre message est déjà parti.", "Your message has left already.")
