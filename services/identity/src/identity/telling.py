"""Identity's state in the published language."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from events import Address as AddressFields
from events.identity import (
    AddressChanged,
    LoggedInFromNewDevice,
    OrganisationChanged,
    SessionClosed,
    SignUpRequested,
    UserChanged,
)
from identity.models import Address, Organisation, Session, SignUpRequest, User


def organisation(session: AsyncSession, changed: Organisation) -> None:
    outbox.add(
        session,
        OrganisationChanged(
            version=changed.version,
            organisation_id=changed.id,
            kind=changed.kind,
            code=changed.code,
            name=changed.name,
            email=changed.email,
            phone=changed.phone,
            reseller_id=changed.reseller_id,
            portal_access=changed.portal_access,
        ),
    )


def user(session: AsyncSession, changed: User, of: Organisation) -> None:
    outbox.add(
        session,
        UserChanged(
            version=changed.version,
            user_id=changed.id,
            organisation_id=of.id,
            organisation_kind=of.kind,
            login=changed.login,
            first_name=changed.first_name,
            last_name=changed.last_name,
            email=changed.email,
            role=changed.role,
            status=changed.status,
            language=changed.language,
        ),
    )


def address(session: AsyncSession, changed: Address, of: Organisation, *, deleted: bool = False) -> None:
    fields = {name: getattr(changed, name) for name in AddressFields.model_fields}
    outbox.add(
        session,
        AddressChanged(
            version=changed.version,
            address_id=changed.id,
            organisation_id=of.id,
            organisation_name=of.name,
            address=AddressFields(**fields),
            primary=changed.primary,
            deleted=deleted,
        ),
    )


def sign_up_request(session: AsyncSession, request: SignUpRequest, client: Organisation) -> None:
    outbox.add(
        session,
        SignUpRequested(
            version=request.version or 1,
            request_id=request.id,
            client_id=client.id,
            client_name=client.name,
            reseller_id=request.reseller_id,
            contract_number=request.contract_number,
            email=request.email,
        ),
    )


def new_device(session: AsyncSession, opened: Session, organisation_id: UUID, at: datetime) -> None:
    outbox.add(
        session,
        LoggedInFromNewDevice(
            version=1,
            session_id=opened.id,
            user_id=opened.user_id,
            organisation_id=organisation_id,
            device=opened.device,
            address=opened.address,
            at=at,
        ),
    )


def session_closed(session: AsyncSession, closed: UUID, user_id: UUID, organisation_id: UUID) -> None:
    # Opened is a session's first version, closed its second and last.
    event = SessionClosed(version=2, session_id=closed, user_id=user_id, organisation_id=organisation_id)
    outbox.add(session, event)
