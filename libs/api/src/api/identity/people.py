"""One's own profile, the organisation's users, the audit trail."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from api.identity.common import Login, Password
from api.identity.organisations import Organisation
from events import Role
from events.identity import UserStatus
from web.i18n import Language
from web.schemas import Answer, EmailAddress, OptionalPhone, Request
from web.text.names import PersonName


class ProfilePatch(Request):
    login: Login | None = None
    first_name: PersonName | None = None
    last_name: PersonName | None = None
    email: EmailAddress | None = None
    phone: OptionalPhone | None = None
    language: Language | None = None


class MePatch(ProfilePatch):
    """``current_password`` goes with another log-in or e-mail address, unless the session is minutes old."""

    current_password: Password | None = None


class PasswordChange(Request):
    current: Password
    new: Password


class UserCreate(Request):
    login: Login
    first_name: PersonName
    last_name: PersonName
    email: EmailAddress
    phone: OptionalPhone = ""
    role: Role
    language: Language = "fr"


class UserPatch(ProfilePatch):
    role: Role | None = None
    status: Literal["active", "disabled"] | None = None


class User(Answer):
    """``email_undeliverable``: the last message to the address was refused for good. ``pending_email`` is the address
    that takes the place of ``email`` once the link to it is followed; empty where none was asked for."""

    id: UUID
    login: str
    first_name: str
    last_name: str
    email: str
    pending_email: str
    phone: str
    role: Role
    status: UserStatus
    language: Language
    email_undeliverable: bool
    second_factor: bool = False
    version: int


class Me(User):
    organisation: Organisation
