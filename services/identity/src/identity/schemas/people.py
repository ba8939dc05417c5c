"""One's own profile, the organisation's users, the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from chassis.i18n import Language
from chassis.schemas import Answer, EmailAddress, Line, Phone, Request
from events import Role
from events.identity import UserStatus
from identity.schemas.common import Login, Password
from identity.schemas.organisations import Organisation


class MePatch(Request):
    login: Login | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    email: EmailAddress | None = None
    phone: Phone | None = None
    language: Language | None = None


class PasswordChange(Request):
    current: Password
    new: Password


class UserCreate(Request):
    login: Login
    first_name: Line
    last_name: Line
    email: EmailAddress
    phone: Phone = ""
    role: Role
    language: Language = "fr"


class UserPatch(MePatch):
    role: Role | None = None
    status: Literal["active", "disabled"] | None = None


class User(Answer):
    """``email_undeliverable``: the last message to the address was refused for good."""

    id: UUID
    login: str
    first_name: str
    last_name: str
    email: str
    phone: str
    role: Role
    status: UserStatus
    language: Language
    email_undeliverable: bool
    version: int


class Me(User):
    organisation: Organisation


class AuditEntry(Answer):
    """``actor`` is a user's id, a service account's, or ``platform``; ``action`` is ``noun.verb``."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    request_id: str | None
