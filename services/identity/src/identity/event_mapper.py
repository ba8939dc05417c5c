"""From identity's rows to the events that this service publishes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypedDict
from uuid import UUID

from events import Address as AddressFields
from events import identity as facts
from identity.models import Address, Organisation, Session, SignUpRequest, User
from web.i18n import Language


class Account(TypedDict):
    """What every e-mail about an account says of it, so that the type checker compares it with the event classes."""

    version: int
    user_id: UUID
    organisation_id: UUID
    organisation_name: str
    login: str
    first_name: str
    last_name: str
    email: str
    language: Language


class SealedLink(TypedDict):
    sealed_token: str
    expires_at: datetime


def organisation_changed(organisation: Organisation) -> facts.OrganisationChanged:
    return facts.OrganisationChanged(
        version=organisation.version,
        organisation_id=organisation.id,
        kind=organisation.kind,
        code=organisation.code,
        name=organisation.name,
        email=organisation.email,
        phone=organisation.phone,
        reseller_id=organisation.reseller_id,
        portal_access=organisation.portal_access,
    )


def user_changed(user: User, of: Organisation) -> facts.UserChanged:
    return facts.UserChanged(
        version=user.version,
        user_id=user.id,
        organisation_id=of.id,
        organisation_kind=of.kind,
        login=user.login,
        first_name=user.first_name,
        last_name=user.last_name,
        email=user.email,
        role=user.role,
        status=user.status,
        language=user.language,
    )


def address_changed(address: Address, of: Organisation, *, deleted: bool = False) -> facts.AddressChanged:
    return facts.AddressChanged(
        version=address.version,
        address_id=address.id,
        organisation_id=of.id,
        organisation_name=of.name,
        address=AddressFields.model_validate(address, from_attributes=True),
        primary=address.primary,
        deleted=deleted,
    )


def sign_up_requested(request: SignUpRequest, client: Organisation) -> facts.SignUpRequested:
    return facts.SignUpRequested(
        version=request.version or 1,
        request_id=request.id,
        client_id=client.id,
        client_name=client.name,
        reseller_id=request.reseller_id,
        contract_number=request.contract_number,
        email=request.email,
    )


def logged_in_from_new_device(opened: Session, organisation_id: UUID, at: datetime) -> facts.LoggedInFromNewDevice:
    return facts.LoggedInFromNewDevice(
        version=1,
        session_id=opened.id,
        user_id=opened.user_id,
        organisation_id=organisation_id,
        device=opened.device,
        address=opened.address,
        at=at,
    )


def session_closed(session_id: UUID, user_id: UUID, organisation_id: UUID) -> facts.SessionClosed:
    # Opened is a session's first version, closed its second and last.
    return facts.SessionClosed(version=2, session_id=session_id, user_id=user_id, organisation_id=organisation_id)


def credentials_changed(
    user: User, of: Organisation, changed: Literal["password", "login"], at: datetime
) -> facts.CredentialsChanged:
    return facts.CredentialsChanged(**_account(user, of), changed=changed, at=at)


def second_factor_changed(
    user: User, of: Organisation, change: facts.FactorChange, at: datetime, left: int | None
) -> facts.SecondFactorChanged:
    return facts.SecondFactorChanged(**_account(user, of), change=change, at=at, left=left)


def account_invited(
    user: User, of: Organisation, link: SealedLink, purpose: facts.LinkPurpose, invited_by: str
) -> facts.AccountInvited:
    return facts.AccountInvited(**_account(user, of), **link, purpose=purpose, invited_by=invited_by)


def password_reset_requested(
    user: User, of: Organisation, link: SealedLink, because: facts.ResetReason
) -> facts.PasswordResetRequested:
    return facts.PasswordResetRequested(**_account(user, of), **link, because=because)


def rescue_granted(user: User, of: Organisation, link: SealedLink) -> facts.RescueGranted:
    return facts.RescueGranted(**_account(user, of), **link)


def email_change_requested(user: User, of: Organisation, link: SealedLink) -> facts.EmailChangeRequested:
    """To the address that waits for its confirmation."""
    account = _account(user, of)
    account["email"] = user.pending_email
    return facts.EmailChangeRequested(**account, **link)


def email_change_announced(user: User, of: Organisation, link: SealedLink) -> facts.EmailChangeAnnounced:
    """To the address that counts until then."""
    return facts.EmailChangeAnnounced(**_account(user, of), **link, new_email=user.pending_email)


def _account(user: User, of: Organisation) -> Account:
    return Account(
        version=user.version,
        user_id=user.id,
        organisation_id=of.id,
        organisation_name=of.name,
        login=user.login,
        first_name=user.first_name,
        last_name=user.last_name,
        email=user.email,
        language=user.language,
    )
