"""Logging in, activation, sign-up, forgotten passwords, and the tokens that come of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import StringConstraints, model_validator

from api.identity.common import Client, Login, Password, Token
from web.i18n import Invalid, Language
from web.schemas import Answer, ContractNumber, EmailAddress, Request, Serial
from web.text.names import OptionalPersonName, PersonName

# As typed: what could be no log-in gets the same answer as an unknown one.
Typed = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00-\x1f]+$")]


class LogIn(Request):
    """``login`` may be the e-mail address of exactly one active account. The portal repeats the browser's cookies:
    ``device`` says that the browser was here before, ``session_token`` is of the session that it leaves."""

    login: Typed
    password: Password
    remember: bool = False
    client: Client = "api"
    device: Token | None = None
    session_token: Token | None = None


class Exchange(Request):
    session_token: Token


class Refresh(Request):
    refresh_token: Token


class LogOut(Request):
    refresh_token: Token | None = None
    session_token: Token | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        if (self.refresh_token is None) == (self.session_token is None):
            raise Invalid("Indiquez refresh_token ou session_token.", "Give either refresh_token or session_token.")
        return self


class Register(Request):
    contract_number: ContractNumber
    serial_number: Serial
    email: EmailAddress
    first_name: OptionalPersonName = ""
    last_name: OptionalPersonName = ""
    language: Language = "fr"


class LinkToFollow(Request):
    token: Token


class Activate(Request):
    token: Token
    password: Password
    login: Login | None = None
    first_name: PersonName | None = None
    last_name: PersonName | None = None


class Forgot(Request):
    """``login`` is a log-in or an e-mail address."""

    login: Typed


class Reset(Request):
    token: Token
    password: Password


class AccessToken(Answer):
    """``expires_in`` is in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6750's word
    expires_in: int


class TokenPair(AccessToken):
    refresh_token: str


class ServiceToken(AccessToken):
    scope: str


class BrowserSession(Answer):
    """``session_token`` goes into the cookie; ``max_age`` in seconds when remembered, else the browser's session.
    ``device_token`` goes into another, which outlives sessions."""

    session_token: str
    max_age: int | None
    device_token: str
    device_max_age: int


class Accepted(Answer):
    """The same whatever the case."""

    status: Literal["accepted"] = "accepted"


class Activation(Answer):
    """What the page shows before a password is chosen."""

    login: str
    first_name: str
    last_name: str
    organisation: str
    purpose: str
    expires_at: datetime


class Recovery(Answer):
    """Whose password the link changes: the page shows it, and password managers file it under it. ``link_email`` is the
    e-mail address that the link puts back, empty after a forgotten password. ``purpose`` is ``rescue`` for a link that
    takes the second factors away."""

    login: str
    link_email: str
    purpose: str = "password_reset"
    expires_at: datetime


class EmailChange(Answer):
    """``email`` counts for now, ``link_email`` once the link is followed."""

    login: str
    email: str
    link_email: str
    expires_at: datetime


class EmailConfirmed(Answer):
    user_id: UUID
    login: str
    email: str


class Activated(Answer):
    """The log-in that goes with the password just chosen."""

    login: str


class OpenSession(Answer):
    """``current`` is the one that asks."""

    id: UUID
    client: Client
    device: str
    address: str
    remember: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool = False


class OpenSessions(Answer):
    items: list[OpenSession]
