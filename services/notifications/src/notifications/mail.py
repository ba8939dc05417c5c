"""Makes the message: one subject, one fact, one button; text and HTML twins; links from the settings' host alone."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from chassis import clock
from chassis.i18n import Language
from notifications.kinds import EmailKind
from notifications.models import Email
from notifications.settings import Settings
from notifications.wording import one_line, render


class CannotCompose(Exception):
    """The address or a name makes no valid header."""


def compose(email: Email, settings: Settings, token: str | None) -> EmailMessage:
    """The message for ``email``; ``token`` completes its link. Raises CannotCompose."""
    language: Language = "en" if email.language == "en" else "fr"
    kind: EmailKind = email.kind  # type: ignore[assignment]
    words = render(kind, email.facts, language)
    name = one_line(email.recipient_name)
    shown = {"words": words, "name": name, "url": link(settings, email.path, token), "always": email.is_link}
    message = EmailMessage()
    try:
        message["Subject"] = words.title
        message["From"] = _sender(settings)
        message["To"] = Address(display_name=name, addr_spec=email.recipient)
    except (ValueError, IndexError) as error:
        raise CannotCompose(type(error).__name__) from None
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{email.id}@{_sender(settings).domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_templates().get_template(f"message.{language}.txt").render(shown))
    message.add_alternative(_templates().get_template(f"message.{language}.html").render(shown), subtype="html")
    # Last, because setting a content drops every Content-* header.
    message["Content-Language"] = language
    return message


def link(settings: Settings, path: str, token: str | None) -> str:
    url = settings.portal_url.rstrip("/") + path
    return f"{url}?token={quote(token, safe='')}" if token else url


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
