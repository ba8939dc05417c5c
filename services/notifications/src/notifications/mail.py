"""Makes the message: one subject, one fact, one button; text and HTML twins; links from the settings' host alone, but
for a carrier's page: SQP's own table made its address."""

from __future__ import annotations

from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifications import reminder_labels
from notifications.exchange_notices import ANSWER_PAGE
from notifications.headers import HEADERS
from notifications.labels import render
from notifications.lines import one_line
from notifications.models import Email
from notifications.notification_types import ESSENTIAL, EmailKind
from notifications.recipients import PANES
from notifications.settings import Settings
from web import clock
from web.i18n import Language
from web.text.names import WORD_JOINER, unlinked


class CannotCompose(Exception):
    """The address cannot be written to, or a name makes no valid header."""


def compose(
    email: Email, settings: Settings, token: str | None, contracts: Sequence[dict[str, Any]] = ()
) -> EmailMessage:
    """The message for ``email``; ``token`` completes its link, ``contracts`` are those that it reminds of.

    Raises CannotCompose.
    """
    language: Language = "en" if email.language == "en" else "fr"
    kind = cast(EmailKind, email.kind)
    if len(contracts) > 1:
        words = reminder_labels.digest(contracts, language, unlinked, is_sellers=bool(email.facts.get("is_sellers")))
    else:
        words = render(kind, email.facts, language, unlinked)
    name = one_line(email.recipient_name)
    # Rows of the release before hold no first name.
    greeted = unlinked(one_line(email.facts.get("first_name", name)))
    always = email.is_about_account or kind in ESSENTIAL
    shown = {
        "words": words,
        "name": greeted,
        "url": link(settings, email.path, token),
        "links": [(label, _whole(settings, address)) for label, address in words.links],
        "always": always,
    }
    message = EmailMessage(policy=HEADERS)
    try:
        # People search and filter their mailbox with the space that their keyboard has.
        message["Subject"] = words.title.replace(WORD_JOINER, "").replace("\xa0", " ")
        message["From"] = _sender(settings)
        local, domain = address(email.recipient)
        message["To"] = Address(display_name=name, username=local, domain=domain)
    except (ValueError, IndexError, MessageError) as error:
        raise CannotCompose(type(error).__name__) from None
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{email.id}@{_sender(settings).domain}>"
    if about := _conversation(email, _sender(settings).domain):
        message["In-Reply-To"] = about[-1]
        message["References"] = " ".join(about)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_templates().get_template(f"message.{language}.txt").render(shown))
    message.add_alternative(_templates().get_template(f"message.{language}.html").render(shown), subtype="html")
    # Last, because setting a content drops every Content-* header.
    message["Content-Language"] = language
    return message


def address(recipient: str) -> tuple[str, str]:
    """Local part and domain as they are written to: the domain in ASCII, which every mail server takes.

    Raises CannotCompose.
    """
    try:
        parsed = validate_email(recipient, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise CannotCompose(f"{type(error).__name__}: {error}"[:300]) from None
    return parsed.local_part, parsed.ascii_domain


def _conversation(email: Email, domain: str) -> list[str]:
    """Ids that all mails about one incident share, then all mails about one of its threads: mail programs put these
    together. No message bears them."""
    if not email.path.startswith(("/incidents/", ANSWER_PAGE)):
        return []
    whole = f"incident.{email.subject_id}"
    thread = next((name for name, pane in PANES.items() if email.path.partition("#")[0].endswith(pane)), "")
    return [f"<{part}@{domain}>" for part in (whole, f"{whole}.{thread}" if thread else "") if part]


def link(settings: Settings, path: str, token: str | None) -> str:
    url = settings.portal_url.rstrip("/") + path
    return f"{url}?token={quote(token, safe='')}" if token else url


def _whole(settings: Settings, address: str) -> str:
    return link(settings, address, None) if address.startswith("/") else address


def _sender(settings: Settings) -> Address:
    name, address = parseaddr(settings.mail_from)
    return Address(display_name=name, addr_spec=address)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
