"""People of the organisations that the caller looks after, and their invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from events import OrganisationKind, Role
from events.identity import UserStatus
from web.i18n import Language
from web.schemas import Answer, EmailAddress, Request
from web.text.names import OptionalPersonName

InvitationState = Literal["pending", "expired", "failed"]


class Invite(Request):
    """``role`` says what the person may do; without it the rules choose."""

    email: EmailAddress
    first_name: OptionalPersonName = ""
    last_name: OptionalPersonName = ""
    role: Role | None = None
    language: Language = "fr"


class SendAgain(Request):
    """``email`` where the address was wrong."""

    email: EmailAddress | None = None


class Invited(Answer):
    id: UUID
    login: str
    email: str
    role: Role
    status: UserStatus


class LookedAfter(Invited):
    """A person as SQP and the reseller see them. ``invitation`` is null once the first password is chosen."""

    first_name: str
    last_name: str
    phone: str
    email_undeliverable: bool
    invitation: InvitationState | None
    invitation_expires_at: datetime | None


class Invitation(LookedAfter):
    """A person who has yet to choose the first password, with the organisation."""

    invitation: InvitationState
    created_at: datetime
    organisation_id: UUID
    organisation_kind: OrganisationKind
    organisation_name: str
