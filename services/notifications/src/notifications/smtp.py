"""Hands a message to the mail server, and tells a refusal for good from one for now."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage

import aiosmtplib

from notifications.settings import Settings


class Refused(Exception):
    """For good: no such mailbox, message not accepted."""


class TryLater(Exception):
    """For now: the server is away, busy or asks to come back; or our own account with it is not in order."""


async def send(settings: Settings, message: EmailMessage) -> None:
    """Returns once the server has taken the message; raises Refused or TryLater."""
    try:
        async with asyncio.timeout(settings.smtp_timeout):
            await aiosmtplib.send(
                message,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_username or None,
                password=settings.smtp_password.get_secret_value() or None,
                start_tls=settings.smtp_starttls,
                timeout=settings.smtp_timeout,
            )
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _by_code(error.recipients[0].code, error.recipients[0].message) from None
    except aiosmtplib.SMTPAuthenticationError as error:
        raise TryLater(f"log-in refused: {error.code}") from None
    except aiosmtplib.SMTPResponseException as error:
        raise _by_code(error.code, error.message) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise TryLater(f"{type(error).__name__}: {error}") from None


def _by_code(code: int, answer: str) -> Refused | TryLater:
    reason = f"{code} {answer}"[:300]
    return Refused(reason) if code >= 500 else TryLater(reason)
