"""Logging in, activation, sign-up, forgotten passwords, and the tokens that come of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import StringConstraints, model_validator

from chassis.i18n import Invalid, Language
from chassis.schemas import Answer, EmailAddress, Line, OptionalLine, Request
from identity.models.base import Client
from identity.schemas.common import Login, Password, Token

# As typed: what could be no log-in gets the same answer as an unknown one.
Typed = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00-\x1f]+$")]
ContractNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,20}$", strip_whitespace=True)]
Serial = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._/-]{1,60}$", strip_whitespace=True)]


class LogIn(Request):
    login: Typed
    password: Password
    remember: bool = False
    client: Client = "api"


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
    first_name: OptionalLine = ""
    last_name: OptionalLine = ""
    language: Language = "fr"


class LinkToFollow(Request):
    token: Token


class Activate(Request):
    token: Token
    password: Password
    login: Login | None = None
    first_name: Line | None = None
    last_name: Line | None = None


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
    """``session_token`` goes into the cookie; ``max_age`` in seconds when remembered, else the browser's session."""

    session_token: str
    max_age: int | None


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
    """Whose password the link changes: the page shows it, and password managers file it under it."""

    login: str
    expires_at: datetime


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
