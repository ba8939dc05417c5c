"""E-mail addresses: accepted when a message can be written and sent to them, kept as they are sent."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from functools import lru_cache
from typing import Final

from email_validator import EmailNotValidError, validate_email

from web.i18n import Invalid
from web.text.characters import plain

_WRAPPING: Final = re.compile(r"^(?:<\s*)?(?:mailto:)?\s*([^?<>]*?)(?:\?[^>]*)?\s*>?$", re.IGNORECASE)


# An import of contracts names its resellers on every line.
@lru_cache(maxsize=4096)
def canonical(value: str) -> str:
    """The address as it goes to a mail server: the domain in ASCII (IDNA) and lower case. Raises Invalid."""
    found = _WRAPPING.match(plain(value).strip())
    address = found[1] if found else ""
    local = address.rpartition("@")[0]
    if not local.isascii():
        raise Invalid(
            "Avant l’arobase, seules les lettres sans accent sont admises.",
            "Before the at sign, only letters without accents can be used.",
        )
    try:
        # ``.test`` is reserved (RFC 2606), and people try the platform with it.
        checked = validate_email(
            address, check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=True
        )
    except EmailNotValidError:
        checked = None
    if checked is None or checked.ascii_email is None or not can_be_written(checked.ascii_email):
        raise Invalid(
            "Cette adresse e-mail n’est pas valable. Exemple : nom@exemple.fr.",
            "This e-mail address is not valid. Example: name@example.com.",
        )
    return checked.ascii_email


def normalised(value: str) -> str:
    """The canonical form of a stored address; any other text as it is."""
    try:
        return canonical(value)
    except Invalid:
        return value


def can_be_written(address: str) -> bool:
    """Whether the library that writes messages reads the same address back from a header."""
    message = EmailMessage()
    try:
        message["To"] = Address(addr_spec=address)
        return bool([mailbox.addr_spec for mailbox in message["To"].addresses] == [address])
    except (MessageError, ValueError, IndexError):
        return False


def shown(address: str) -> str:
    """``jean@société.fr`` of the stored ``jean@xn--socit-esab.fr``; any other text as it is."""
    if "@xn--" not in address and ".xn--" not in address:
        return address
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return address
