"""Delivers one e-mail: sent once, tried again after a temporary refusal, given up after a permanent one.

Sending is at least once: a crash between the server's answer and our commit sends a second copy with the same
Message-ID, by which mail programs recognise it.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.auth.sealing import CannotUnseal, unseal
from chassis.messaging import outbox
from events.notifications import EmailFailed
from notifications import mail, repository, smtp
from notifications.jobs import DELIVER
from notifications.models import Email
from notifications.settings import Settings

log = logging.getLogger(__name__)

LONGEST_BACKOFF = 3600.0


async def deliver(session: AsyncSession, settings: Settings, email_id: UUID) -> None:
    email = await repository.email_to_send(session, email_id)
    if email is None or email.state != "queued":
        return
    if email.has_expired(clock.now()):
        email.end("expired", clock.now())
    elif not await _still_wanted(session, email):
        email.end("skipped", clock.now())
    else:
        await _send(session, settings, email)


async def _still_wanted(session: AsyncSession, email: Email) -> bool:
    """The person may have lost the access since it was queued. A link goes to people who are not active yet."""
    if email.is_link:
        return not await repository.access_is_closed(session, email.organisation_id)
    return await repository.may_be_told(session, email.user_id)


async def _send(session: AsyncSession, settings: Settings, email: Email) -> None:
    try:
        await smtp.send(settings, mail.compose(email, settings, _token(email, settings)))
    except (smtp.Refused, CannotUnseal, mail.CannotCompose) as error:
        _give_up(session, email, f"{type(error).__name__}: {error}")
    except smtp.TryLater as error:
        _try_later(session, settings, email, str(error))
    else:
        email.attempts += 1
        email.end("sent", clock.now())


def _token(email: Email, settings: Settings) -> str | None:
    """In memory only while the message is made and sent."""
    if email.sealed_token is None:
        return None
    return str(unseal(settings.mail_private_key.get_secret_value(), email.sealed_token)["token"])


def _try_later(session: AsyncSession, settings: Settings, email: Email, reason: str) -> None:
    email.postpone(reason)
    if email.attempts >= settings.mail_attempts:
        _give_up(session, email, reason)
        return
    delay = min(LONGEST_BACKOFF, settings.mail_backoff * 2 ** (email.attempts - 1))
    outbox.add_job(session, DELIVER, due_at=clock.now() + timedelta(seconds=delay), email_id=str(email.id))


def _give_up(session: AsyncSession, email: Email, reason: str) -> None:
    log.warning("e-mail %s (%s) failed: %s", email.id, email.kind, reason)
    email.end("failed", clock.now(), reason[:500])
    outbox.add(
        session,
        EmailFailed(
            version=1,
            email_id=email.id,
            user_id=email.user_id,
            organisation_id=email.organisation_id,
            kind=email.kind,
            reason=reason[:500],
        ),
    )
