"""Names of people and organisations, which appear in e-mails to recipients that do not know the sender.

No name contains the URL of a site. A person's name contains no host either. An organisation may be called like one
(*Booking.com*, *OVH.com*): its name is registered, and in e-mails it is written so that no program makes a link of it.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator

from web.i18n import Invalid
from web.schemas import Intake, Line, one_line

# Text that mail programs turn into a link.
_LINK: Final = re.compile(r"://|\bwww\.|\b\d+(?:\.\d+){2,}|\w\.\w{2,}/", re.IGNORECASE)
_HOST: Final = re.compile(r"[\w-]{2,}\.[^\W\d_]{2,}\b")
_INSIDE: Final = re.compile(r"(?<=\w)(\.|://)(?=\w)")
WORD_JOINER: Final = "\u2060"


def _leads_nowhere(value: str) -> str:
    if _LINK.search(unicodedata.normalize("NFKC", value)):
        raise Invalid("Un nom ne peut pas contenir d’adresse de site.", "A name cannot hold the address of a site.")
    return value


def _of_a_person(value: str) -> str:
    if _HOST.search(unicodedata.normalize("NFKC", value)):
        raise Invalid("Un nom ne peut pas contenir d’adresse de site.", "A name cannot hold the address of a site.")
    return _leads_nowhere(value)


def unlinked(value: str) -> str:
    """``value`` as it is read, with a word joiner (U+2060, of no width) after each dot inside a word: mail programs
    then find no host in it."""
    return _INSIDE.sub(rf"\1{WORD_JOINER}", value)


PersonName = Annotated[str, Intake(one_line, least=1, most=60), AfterValidator(_of_a_person)]
OptionalPersonName = Annotated[str, Intake(one_line, most=60), AfterValidator(_of_a_person)]
OrganisationName = Annotated[Line, AfterValidator(_leads_nowhere)]
