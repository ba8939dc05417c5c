"""Hands a message to the mail server, and reads whose fault a refusal is: the mailbox's, the other side's, or ours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any, Literal

import aiosmtplib

from notifications.headers import HEADERS
from notifications.settings import Settings

Stage = Literal["session", "sender", "recipient", "data"]


class NotSent(Exception):
    """The server did not take the message."""


class DeliveryRefused(NotSent):
    """For good: there is no such mailbox, or it takes no mail any more."""


class TryLater(NotSent):
    """For now: the recipient's side is away, busy, full, or asks to come back."""


class OurFault(NotSent):
    """Nothing to do with the recipient: the mail server is away, or refuses us, our sender, our content or our way to
    it. The next message will fare no better before it is mended here."""


# An enhanced code (RFC 3463) begins a line, or follows the reply's code or qmail's hash; elsewhere it is a version or a
# part of an address.
ENHANCED = re.compile(r"(?:^\s*|#|\b5\d\d[ -])(5\.\d{1,3}\.\d{1,3})(?!\.?\d)", re.MULTILINE)
# No such mailbox, it has moved, its domain takes no mail (RFC 7505).
NO_MAILBOX_CODES = frozenset({"5.1.1", "5.1.6", "5.1.10"})
# The sender's address (which RFC 3463 lists among the addresses), and security or policy.
OUR_CODE = re.compile(r"5\.(?:1\.[78]|7\.\d+)")
# The mailbox takes nothing now, the system is full or takes no message so large, or it cannot be reached from there.
THEIR_CODE = re.compile(r"5\.(?:[24]\.\d+|3\.[12])")
# Other things about the address: of its domain, its syntax.
ADDRESS_CODE = re.compile(r"5\.1\.\d+")

# What is quoted in an answer says nothing: addresses, links, and the tables of Postfix ("relay recipient table").
QUOTED = re.compile(r"<[^<>]*>|\S+@\S+|https?://\S+|\bin [\w ]{0,20}(?:recipient|alias|mailbox) table\b")
_LATER = r"temporar|try again|later\b"
# Why a server takes nothing from us, or nothing now, whatever the code beside it.
POLICY = re.compile(
    r"relay|polic|politique|prohibit|interdit|restrict|authenti|\bauth\b|log ?in|credential|not (?:permitted|allowed|"
    r"authori[sz]ed)|permission|tls\b|denied|denylist|block|bloqu|black|\blist(?:ed|e noire)|\w*bl\b|reputation|karma|"
    r"spam|ind.sirable|virus|malware|content|contenu|\bspf|dkim|dmarc|sender|exp.diteur|envelope|mail from|"
    r"\b(?:client|your|sending|remote) (?:host|ip|server|domain|network|message|e?-?mail server)|\bhost rejected|"
    r"hostname|reverse|\bptr\b|\bdns|rcpthosts|helo\b|ehlo\b|domain\b.{0,80}(?:exist|found|resolve)|"
    r"\brate\b|limit|too (?:many|fast|much)|trop de|throttl|exceed|quota|full\b|storage|"
    rf"{_LATER}|gr[ea]y ?list",
    re.IGNORECASE,
)
# What was sent is named, and nothing said against it.
UNDELIVERED = re.compile(r"\byour message (?:to (?:\S+ )?)?(?:can|could)(?:not| not|n't) be delivered", re.IGNORECASE)
_BOX = r"(?:user|mailbox|mail box|account|recipient|addressee|address|local part|person)"
_BOITE = r"(?:utilisateur|destinataire|adresse|compte|bo.te(?: aux lettres)?)"
# How Postfix, Exim, Exchange, Sendmail, qmail and the large hosts say that there is no such mailbox.
NO_MAILBOX = re.compile(
    rf"\b(?:no such|unknown) (?:\w+ )?{_BOX}|"
    rf"{_BOX}(?: \w+){{0,3}} (?:unknown|unavailable|not (?:found|known|present|local))|"
    rf"do(?:es)?(?: not|n't) exist|\bno (?:\w+ )?{_BOX} (?:here )?by that name|doesn't have an? \S+ account|"
    rf"invalid {_BOX}|not a (?:valid|known) {_BOX}|recip(?:ient)?notfound|unrouteable address|user has moved|"
    rf"{_BOITE}(?: \w+)? (?:inconnue?|inexistante?|invalide)|n['’]existe pas",
    re.IGNORECASE,
)
DISABLED = re.compile(
    rf"{_BOX}.{{0,60}}(?:disabled|inactive|deactivated|discontinued|unavailable|closed)|"
    rf"\b(?:disabled|inactive|deactivated) {_BOX}|{_BOITE}.{{0,30}}(?:d.sactiv|ferm|supprim)",
    re.IGNORECASE,
)
# How servers that give no enhanced code say that the mailbox is full (RFC 5321 has "storage allocation" for 552).
FULL = re.compile(
    rf"{_BOX}(?: \S+){{0,3}} (?:full|over (?:\w+ )?quota)\b|over ?quota\b|exceeded storage allocation|"
    rf"(?:{_BOX}|disk|storage)(?: \w+){{0,2}} (?:quota|size|storage)(?: limit)?(?: \w+){{0,2}} (?:exceeded|full)|"
    rf"{_BOX}(?: \w+){{0,2}} exceeded (?:\w+ )?(?:quota|(?:storage|size) limit)|mail ?(?:folder|dir)(?: is)? full\b|"
    rf"{_BOITE}(?: \w+){{0,2}} (?:pleine?|satur.e?)|{_BOITE}.{{0,20}} quota|quota (?:\w+ ){{0,2}}{_BOITE}",
    re.IGNORECASE,
)
# Of a quota: that of what we send.
OF_OURS = re.compile(
    rf"{POLICY.pattern}|\byour\b|\bvotre\b|sending|\bsent\b|envoi|outgoing|hourly|daily", re.IGNORECASE
)
LATER = re.compile(rf"(?:{_LATER})\S*", re.IGNORECASE)


def verdict(stage: Stage, code: int, answer: str) -> type[NotSent]:
    """Whose fault an answer of the mail server is, and so what becomes of the message.

    An address is condemned only by an answer to it that names the mailbox as missing or disabled, and speaks of no
    policy: the reply's code alone (550, 553) is also what servers answer to a sender that they do not like.
    """
    found = ENHANCED.search(answer)
    enhanced = found[1] if found else ""
    said = UNDELIVERED.sub(" ", " ".join(QUOTED.sub(" ", answer).split()))
    if stage in ("recipient", "data") and (code < 500 or _is_full(enhanced, said)):
        return TryLater
    if stage != "recipient":
        return OurFault
    is_policy = POLICY.search(said) is not None
    if OUR_CODE.fullmatch(enhanced):
        return OurFault
    if enhanced == "5.2.1" and DISABLED.search(said) and not is_policy:
        return DeliveryRefused
    if THEIR_CODE.fullmatch(enhanced):
        return TryLater
    if is_policy:
        return OurFault
    if enhanced in NO_MAILBOX_CODES or NO_MAILBOX.search(said) or DISABLED.search(said):
        return DeliveryRefused
    return TryLater if ADDRESS_CODE.fullmatch(enhanced) else OurFault


def _is_full(enhanced: str, said: str) -> bool:
    """The recipient's mailbox takes nothing more, and nothing else stands in the way."""
    if enhanced == "5.2.2":
        return True
    rest = LATER.sub(" ", FULL.sub(" ", said))
    return not OUR_CODE.fullmatch(enhanced) and FULL.search(said) is not None and OF_OURS.search(rest) is None


async def send(settings: Settings, message: EmailMessage, recipient: str) -> None:
    """Returns once the server has taken the message; raises DeliveryRefused, TryLater or OurFault."""
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username or None,
        password=settings.smtp_password.get_secret_value() or None,
        start_tls=settings.smtp_starttls,
        timeout=settings.smtp_timeout,
    )
    try:
        async with asyncio.timeout(settings.smtp_timeout):
            await _at("session", client.connect)
            await _converse(client, message, recipient)
    except TimeoutError as error:
        raise OurFault(f"no answer in {settings.smtp_timeout} s") from error
    finally:
        client.close()


async def _converse(client: aiosmtplib.SMTP, message: EmailMessage, recipient: str) -> None:
    utf8 = not recipient.isascii()
    if utf8 and not client.supports_extension("smtputf8"):
        raise OurFault("the mail server does not support SMTPUTF8, which the address needs")
    options = ["SMTPUTF8"] if utf8 else []
    encoding = "utf-8" if utf8 else "ascii"
    _, sender = parseaddr(str(message["From"]))
    content = message.as_bytes(policy=HEADERS.clone(linesep="\r\n", utf8=utf8))
    await _at("sender", client.mail, sender, options=options, encoding=encoding)
    await _at("recipient", client.rcpt, recipient, encoding=encoding)
    await _at("data", client.data, content)


async def _at(stage: Stage, step: Callable[..., Awaitable[Any]], *arguments: Any, **named: Any) -> None:
    try:
        await step(*arguments, **named)
    except aiosmtplib.SMTPResponseException as error:
        # Of an answer of ours to the log-in the text is not repeated: some servers echo it.
        said = "" if isinstance(error, aiosmtplib.SMTPAuthenticationError) else error.message
        raise verdict(stage, error.code, error.message)(f"{stage}: {error.code} {said}"[:300]) from None
    except TimeoutError:
        raise
    except (aiosmtplib.SMTPException, OSError) as error:
        raise OurFault(f"{stage}: {type(error).__name__}: {error}"[:300]) from None
