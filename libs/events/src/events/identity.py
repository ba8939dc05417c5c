"""Events that the identity service publishes. ``sealed_token`` is a JWE that only notifications can decrypt."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from events.base import Address, Event, OrganisationKind, Role
from events.times import Moment

UserStatus = Literal["invited", "active", "disabled"]
LinkPurpose = Literal["reseller_account", "invitation", "client_sign_up"]
ResetReason = Literal["forgotten", "account_exists"]
FactorChange = Literal[
    "application_added",
    "application_removed",
    "passkey_added",
    "passkey_removed",
    "recovery_codes_made",
    "recovery_code_used",
    "factors_reset",
    "rescue_asked",
    "factor_required",
    "factor_optional",
]


class OrganisationChanged(Event):
    """An organisation's full state. ``portal_access`` closed: no log-in and no e-mail for its people."""

    type: ClassVar[str] = "identity.organisation.changed.v1"
    aggregate: ClassVar[str] = "organisation_id"
    tenant: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    kind: OrganisationKind
    code: str
    name: str
    email: str = ""
    phone: str = ""
    reseller_id: UUID | None = None
    portal_access: bool = True


class UserChanged(Event):
    """A user's full state. ``language`` is ``fr`` or ``en``."""

    type: ClassVar[str] = "identity.user.changed.v1"
    aggregate: ClassVar[str] = "user_id"
    tenant: ClassVar[str] = "organisation_id"

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


class AddressChanged(Event):
    """A delivery address' full state; ``deleted`` is the tombstone."""

    type: ClassVar[str] = "identity.address.changed.v1"
    aggregate: ClassVar[str] = "address_id"
    tenant: ClassVar[str] = "organisation_id"

    address_id: UUID
    organisation_id: UUID
    organisation_name: str
    address: Address
    primary: bool
    deleted: bool = False


class AccountMail(Event):
    """A message to one person about the account, sent to ``email`` whatever the person's preferences."""

    aggregate: ClassVar[str] = "user_id"
    tenant: ClassVar[str] = "organisation_id"

    user_id: UUID
    organisation_id: UUID
    organisation_name: str
    login: str
    first_name: str
    last_name: str
    email: str
    language: Literal["fr", "en"] = "fr"


class MailLink(AccountMail):
    """Such a message with a link that is valid until ``expires_at``."""

    sealed_token: str
    expires_at: Moment


class AccountInvited(MailLink):
    """A person got an account and must choose a password. ``invited_by`` is the organisation of the person who sent the
    invitation; empty if no person did."""

    type: ClassVar[str] = "identity.account.invited.v1"

    purpose: LinkPurpose
    invited_by: str = ""


class PasswordResetRequested(MailLink):
    """A person may choose another password: it was forgotten, or the person signed up and has an account already."""

    type: ClassVar[str] = "identity.password.reset_requested.v1"

    because: ResetReason = "forgotten"


class EmailChangeRequested(MailLink):
    """``email`` becomes the person's address when the link is followed."""

    type: ClassVar[str] = "identity.email.change_requested.v1"


class EmailChangeAnnounced(MailLink):
    """For the address that ``new_email`` is to replace: the link undoes the change and sets another password."""

    type: ClassVar[str] = "identity.email.change_announced.v1"

    new_email: str


class CredentialsChanged(AccountMail):
    """A password or a log-in was changed at ``at``; ``login`` is the present one."""

    type: ClassVar[str] = "identity.credentials.changed.v1"

    changed: Literal["password", "login"]
    at: Moment


class SecondFactorChanged(AccountMail):
    """Something happened to a person's second factors at ``at``; ``left`` recovery codes are good still, where one was
    used."""

    type: ClassVar[str] = "identity.second_factor.changed.v1"

    change: FactorChange
    at: Moment
    left: int | None = None


class RescueGranted(MailLink):
    """Two people of SQP let a sole administrator, who lost everything, begin again: the link sets another password and
    takes the second factors away."""

    type: ClassVar[str] = "identity.rescue.granted.v1"


class SignUpRequested(Event):
    """An end client asked for access with an address that is not on file: its reseller decides."""

    type: ClassVar[str] = "identity.sign_up.requested.v1"
    aggregate: ClassVar[str] = "request_id"
    tenant: ClassVar[str] = "reseller_id"

    request_id: UUID
    client_id: UUID
    client_name: str
    reseller_id: UUID
    contract_number: str
    email: str


class LoggedInFromNewDevice(Event):
    """A log-in from a device or address that the account had not used before."""

    type: ClassVar[str] = "identity.session.opened_on_new_device.v1"
    aggregate: ClassVar[str] = "session_id"
    tenant: ClassVar[str] = "organisation_id"

    session_id: UUID
    user_id: UUID
    organisation_id: UUID
    device: str
    address: str
    at: Moment


class SessionClosed(Event):
    """The session was ended before its time: by a log-out, its owner, a new password, a theft, or closed access."""

    type: ClassVar[str] = "identity.session.closed.v1"
    aggregate: ClassVar[str] = "session_id"
    tenant: ClassVar[str] = "organisation_id"

    session_id: UUID
    user_id: UUID
    organisation_id: UUID


EVENTS: tuple[type[Event], ...] = (
    OrganisationChanged,
    UserChanged,
    AddressChanged,
    AccountInvited,
    PasswordResetRequested,
    EmailChangeRequested,
    EmailChangeAnnounced,
    CredentialsChanged,
    SecondFactorChanged,
    RescueGranted,
    SignUpRequested,
    LoggedInFromNewDevice,
    SessionClosed,
)
