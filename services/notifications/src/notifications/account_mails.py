"""What is written to a person about the account: to the address that the event names, as the person may be unknown
here, and whatever the person's preferences."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import envelope_of
from events.identity import (
    AccountInvited,
    AccountMail,
    CredentialsChanged,
    EmailChangeAnnounced,
    EmailChangeRequested,
    MailLink,
    PasswordResetRequested,
    RescueGranted,
    SecondFactorChanged,
)
from notifications import repository, service
from notifications.notification_types import AccountKind

RESET = "/mot-de-passe"
FORGOTTEN = "/mot-de-passe-oublie"


class Letter(NamedTuple):
    """``path`` is where its button leads; ``facts`` are what its words need beside the account's own."""

    kind: AccountKind
    path: str
    facts: dict[str, Any]


async def send(session: AsyncSession, event: AccountMail) -> None:
    if await repository.access_is_closed(session, event.organisation_id):
        return
    letter = _letter(event)
    first_name = event.first_name if _knows_names(event) else ""
    at = event.expires_at if isinstance(event, MailLink) else letter.facts["at"]
    account = {"organisation_name": event.organisation_name, "login": event.login, "first_name": first_name}
    await service.queue_email(
        session,
        event_id=envelope_of(session).id,
        user_id=event.user_id,
        organisation_id=event.organisation_id,
        kind=letter.kind,
        language=event.language,
        recipient=event.email,
        recipient_name=f"{first_name} {event.last_name}".strip() if _knows_names(event) else "",
        facts=account | letter.facts | {"at": at.isoformat()},
        subject_id=str(event.user_id),
        path=letter.path,
        sealed_token=event.sealed_token if isinstance(event, MailLink) else None,
        expires_at=event.expires_at if isinstance(event, MailLink) else None,
    )


def _knows_names(event: AccountMail) -> bool:
    """A stranger typed the names of a sign-up, and a mailbox that has yet to answer may be a stranger's: SQP's e-mail
    carries no names between them."""
    return not isinstance(event, EmailChangeRequested) and not (
        isinstance(event, AccountInvited) and event.purpose == "client_sign_up"
    )


def _letter(event: AccountMail) -> Letter:
    match event:
        case AccountInvited():
            return Letter("account_invited", "/activation", {"purpose": event.purpose, "invited_by": event.invited_by})
        case PasswordResetRequested():
            return Letter("password_reset", RESET, {"because": event.because})
        case EmailChangeRequested():
            return Letter("email_change", "/nouvelle-adresse", {"email": event.email})
        case EmailChangeAnnounced():
            return Letter("email_change_announced", RESET, {"new_email": event.new_email})
        case CredentialsChanged():
            kind: AccountKind = "password_changed" if event.changed == "password" else "login_changed"
            return Letter(kind, FORGOTTEN, {"at": event.at})
        case RescueGranted():
            return Letter("rescue_granted", RESET, {})
        case SecondFactorChanged():
            return Letter(event.change, FORGOTTEN, {"at": event.at, "left": event.left})
    raise TypeError(type(event).__name__)
