"""Delivers one e-mail: sent once; given up at once where there is no such mailbox, after a number of tries where the
recipient's side does not take it, and after days where the fault is on our side, of which the log and a metric tell.

Sending is at least once: a crash between the server's answer and our commit, or an answer that is lost on its way,
sends a second copy with the same Message-ID, by which mail programs recognise it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from notifications import event_mapper, mail, projections, reminders, repository, smtp
from notifications.accepted import Accepted
from notifications.exchange_notices import REMINDED
from notifications.models import Email
from notifications.notification_types import CONVERSATION
from notifications.settings import Settings
from notifications.tasks import DELIVER
from web import clock
from web.auth.sealing import CannotUnseal, unseal

log = logging.getLogger(__name__)

LONGEST_BACKOFF = 3600.0
MOST_DOUBLINGS = 12
# A job that waits behind many others is not lost yet; one that is made twice finds the e-mail sent.
OVERDUE = timedelta(hours=1)


class Trouble:
    """What is to be mended on our own side: a metric, and one ERROR in the log until a message leaves again."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._refused = Counter("mail_refused_total", "Messages that our mail server did not take", registry=registry)
        self._lasts = Gauge("mail_failing", "1 while our mail server takes no message", registry=registry)
        self._is_told = False

    def noticed(self, reason: str) -> None:
        self._refused.inc()
        self._lasts.set(1)
        if not self._is_told:
            log.error("our mail server takes no message, all of them wait: %s", reason)
        self._is_told = True

    def over(self) -> None:
        self._lasts.set(0)
        self._is_told = False


async def deliver(
    session: AsyncSession, settings: Settings, email_id: UUID, trouble: Trouble, accepted: Accepted
) -> None:
    email = await repository.email_to_send(session, email_id)
    if email is None or email.state != "queued":
        return
    if email_id in accepted:
        _sent(session, email, accepted)
    elif email.has_expired(clock.now()):
        email.end("expired", clock.now())
    elif email.kind == reminders.KIND and await reminders.sent_today(session, email.user_id):
        attempt_at(session, email, reminders.morning_after(clock.today()))
    elif not await _still_wanted(session, email):
        email.end("skipped", clock.now())
    else:
        await _send(session, settings, email, trouble, accepted)


async def _still_wanted(session: AsyncSession, email: Email) -> bool:
    """The person may have lost the access since it was queued, have read the conversation itself, or have sent what a
    reminder asks for. What is about the account goes to people who are not active yet, too."""
    if email.is_about_account:
        return not await repository.access_is_closed(session, email.organisation_id)
    if email.kind == REMINDED and await projections.is_overtaken(session, email.facts):
        return False
    if email.kind in CONVERSATION and await repository.has_read(session, email.event_id, email.user_id):
        return False
    if email.path.startswith("/incidents") and not await repository.reads_still(
        session, email.user_id, email.subject_id
    ):
        return False
    return await repository.may_be_told(session, email.user_id)


async def _send(session: AsyncSession, settings: Settings, email: Email, trouble: Trouble, accepted: Accepted) -> None:
    try:
        contracts = await reminders.contracts_of(session, email.id) if email.kind == reminders.KIND else ()
        message = mail.compose(email, settings, _token(email, settings), contracts)
        await smtp.send(settings, message, "@".join(mail.address(email.recipient)))
    except (smtp.DeliveryRefused, mail.CannotCompose) as error:
        _give_up(session, email, _reason(error), address_refused=True)
    except CannotUnseal as error:
        _give_up(session, email, _reason(error))
    except smtp.TryLater as error:
        email.fail_attempt(str(error))
        _again(session, settings, email, is_over=email.attempts >= settings.mail_attempts)
    except smtp.OurFault as error:
        email.fail_attempt(str(error))
        trouble.noticed(str(error))
        _again(session, settings, email, is_over=email.created_at <= clock.now() - settings.mail_patience)
    else:
        trouble.over()
        _sent(session, email, accepted)


def _sent(session: AsyncSession, email: Email, accepted: Accepted) -> None:
    accepted.add(session, email.id)
    email.attempts += 1
    email.end("sent", clock.now())


def _token(email: Email, settings: Settings) -> str | None:
    """In memory only while the message is made and sent."""
    if email.sealed_token is None:
        return None
    return str(unseal(settings.mail_private_key.get_secret_value(), email.sealed_token)["token"])


def _again(session: AsyncSession, settings: Settings, email: Email, *, is_over: bool) -> None:
    if is_over:
        _give_up(session, email, email.last_error or "")
        return
    delay = min(LONGEST_BACKOFF, settings.mail_backoff * 2 ** min(email.attempts - 1, MOST_DOUBLINGS))
    attempt_at(session, email, clock.now() + timedelta(seconds=delay))


def attempt_at(session: AsyncSession, email: Email, moment: datetime) -> None:
    email.next_attempt_at = moment
    outbox.add_job(session, DELIVER, due_at=moment, email_id=str(email.id))


async def resume_overdue(session: AsyncSession, settings: Settings) -> None:
    """Attempts that are long overdue, as their job is lost or failed by a fault of ours, are made now; e-mails that had
    their time are given up."""
    now = clock.now()
    for email in await repository.overdue_emails(session, now - OVERDUE):
        if email.created_at < now - settings.mail_patience - timedelta(days=1):
            _give_up(session, email, email.last_error or "no attempt came to an end")
        else:
            attempt_at(session, email, now)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _give_up(session: AsyncSession, email: Email, reason: str, *, address_refused: bool = False) -> None:
    log.warning("e-mail %s (%s) failed: %s", email.id, email.kind, reason)
    email.end("failed", clock.now(), reason[:500])
    outbox.add(session, event_mapper.email_failed(email, reason[:500], address_refused=address_refused))
