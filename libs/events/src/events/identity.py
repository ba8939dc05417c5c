"""What the identity service tells. ``sealed_token`` is a JWE that notifications alone can open."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from events.base import Address, Event, OrganisationKind, Role

UserStatus = Literal["invited", "active", "disabled"]
LinkPurpose = Literal["reseller_account", "invitation", "client_sign_up"]


class OrganisationChanged(Event):
    """An organisation's full state. ``portal_access`` closed: no log-in and no e-mail for its people."""

    type: ClassVar[str] = "identity.organisation.changed.v1"

    organisation_id: UUID
    kind: OrganisationKind
    code: str
    name: str
    email: str = ""
    phone: str = ""
    reseller_id: UUID | None = None
    portal_access: bool = True

    @property
    def aggregate_id(self) -> str:
        return str(self.organisation_id)

    @property
    def tenant_id(self) -> UUID:
        return self.organisation_id


class UserChanged(Event):
    """A user's full state. ``language`` is ``fr`` or ``en``."""

    type: ClassVar[str] = "identity.user.changed.v1"

    user_id: UUID
    organisation_id: UUID
    organisation_kind: OrganisationKind
    login: str
    first_name: str
    last_name: str
    email: str
    role: Role
    status: UserStatus
    language: Literal["fr", "en"] = "fr"

    @property
    def aggregate_id(self) -> str:
        return str(self.user_id)

    @property
    def tenant_id(self) -> UUID:
        return self.organisation_id


class AddressChanged(Event):
    """A delivery address' full state; ``deleted`` is the tombstone."""

    type: ClassVar[str] = "identity.address.changed.v1"

    address_id: UUID
    organisation_id: UUID
    organisation_name: str
    address: Address
    primary: bool
    deleted: bool = False

    @property
    def aggregate_id(self) -> str:
        return str(self.address_id)

    @property
    def tenant_id(self) -> UUID:
        return self.organisation_id


class MailLink(Event):
    """A message to one person that carries a link good until ``expires_at``."""

    user_id: UUID
    organisation_id: UUID
    organisation_name: str
    login: str
    first_name: str
    last_name: str
    email: str
    language: Literal["fr", "en"] = "fr"
    sealed_token: str
    expires_at: datetime

    @property
    def aggregate_id(self) -> str:
        return str(self.user_id)

    @property
    def tenant_id(self) -> UUID:
        return self.organisation_id


class AccountInvited(MailLink):
    """Somebody got an account and must choose a password."""

    type: ClassVar[str] = "identity.account.invited.v1"

    purpose: LinkPurpose


class PasswordResetRequested(MailLink):
    """Somebody forgot a password and may choose another."""

    type: ClassVar[str] = "identity.password.reset_requested.v1"


class SignUpRequested(Event):
    """An end client asked for access with an address that is not on file: its reseller decides."""

    type: ClassVar[str] = "identity.sign_up.requested.v1"

    request_id: UUID
    client_id: UUID
    client_name: str
    reseller_id: UUID
    contract_number: str
    email: str

    @property
    def aggregate_id(self) -> str:
        return str(self.request_id)

    @property
    def tenant_id(self) -> UUID:
        return self.reseller_id


class LoggedInFromNewDevice(Event):
    """Somebody logged in from a device or address that the account had not used before."""

    type: ClassVar[str] = "identity.session.opened_on_new_device.v1"

    session_id: UUID
    user_id: UUID
    organisation_id: UUID
    device: str
    address: str
    at: datetime

    @property
    def aggregate_id(self) -> str:
        return str(self.session_id)

    @property
    def tenant_id(self) -> UUID:
        return self.organisation_id


class SessionClosed(Event):
    """The session was ended before its time: by a log-out, its owner, a new password, a theft, or a lost access."""

    type: ClassVar[str] = "identity.session.closed.v1"

    session_id: UUID
    user_id: UUID
    organisation_id: UUID

    @property
    def aggregate_id(self) -> str:
        return str(self.session_id)

    @property
    def tenant_id(self) -> UUID:
        return self.organisation_id


EVENTS: tuple[type[Event], ...] = (
    OrganisationChanged,
    UserChanged,
    AddressChanged,
    AccountInvited,
    PasswordResetRequested,
    SignUpRequested,
    LoggedInFromNewDevice,
    SessionClosed,
)
