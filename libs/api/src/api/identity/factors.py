"""Second factors: one's own, and a log-in that waits for one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.identity.common import Client, Login, Password, Token
from api.identity.sign_in import BrowserSession, TokenPair
from web.i18n import Invalid
from web.schemas import Answer, Intake, Line, Request
from web.text import characters

MOST_OF_A_CREDENTIAL = 16_384


def _bounded(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value)) > MOST_OF_A_CREDENTIAL:
        raise Invalid("Cette clé d’accès est trop longue.", "This passkey is too long.")
    return value


# Of an application, or a recovery code, with whatever spaces and dashes.
Code = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z \u00a0\u202f‐-―-]+$")]


# What a browser's WebAuthn answers, as JSON; a signature and a key are some hundred bytes.
Credential = Annotated[dict[str, Any], AfterValidator(_bounded)]


class SecondStep(Request):
    """``second_step`` came with the refusal of the password alone; either a code or a passkey. The portal repeats the
    browser's cookies, as in ``LogIn``."""

    second_step: Token
    code: Code | None = None
    passkey: Credential | None = None
    device: Token | None = None
    session_token: Token | None = None


class WaitingLogIn(Request):
    second_step: Token


class Proof(Request):
    """``code`` or ``passkey`` is needed from a person who has a second factor."""

    password: Password
    code: Code | None = None
    passkey: Credential | None = None


class PasskeyAdd(Request):
    """``name`` tells the person's passkeys apart."""

    name: Line
    credential: Credential


class PasskeyLogIn(Request):
    """``challenge`` came with the options; the rest is as in ``LogIn``."""

    challenge: Token
    credential: Credential
    remember: bool = False
    client: Client = "api"
    device: Token | None = None
    session_token: Token | None = None


class PasskeyOptions(Answer):
    """What the browser's WebAuthn is asked with. ``challenge`` is the token of a log-in without a password, empty
    elsewhere."""

    options: dict[str, Any]
    challenge: str = ""


class OwnPasskey(Answer):
    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


class EnrolmentCode(Request):
    code: Code


class Enrolment(Answer):
    """``secret`` in base 32, and ``uri`` for a QR code. They are told until the first right code, never afterwards."""

    secret: str
    uri: str


class RecoveryCodes(Answer):
    """Told this once. Empty where codes that the person has stay good."""

    codes: list[str]


class Enrolled(RecoveryCodes):
    """The session that the password asked for, and the first recovery codes."""

    session: BrowserSession | TokenPair


class EnrolledBrowser(RecoveryCodes):
    """As a browser's portal gets it."""

    session: BrowserSession


class Factors(Answer):
    """``application_since``: when the authenticator application was added, if there is one. Until ``proven_until``
    factors may be changed without being asked again."""

    application_since: datetime | None
    recovery_codes_left: int
    passkeys: list[OwnPasskey] = Field(default_factory=list)
    proven_until: datetime | None


class RescueAsk(Request):
    """``login`` is that of the only administrator of a reseller or client; ``reason``: how SQP knows that it is this
    person who asks."""

    login: Login
    reason: Annotated[str, Intake(characters.paragraphs, least=10, most=500)]


class Rescue(Answer):
    """``own``: the caller asked for it, and another person has to confirm."""

    id: UUID
    login: str
    name: str
    organisation_name: str
    reason: str
    asked_by: UUID
    asked_by_name: str
    asked_at: datetime
    expires_at: datetime
    own: bool = False


class Rescues(Answer):
    items: list[Rescue]
