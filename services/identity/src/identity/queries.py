"""What is read of identity. Columns, never entities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from chassis.auth.principal import Principal
from chassis.searching import folded, matches
from chassis.sql import AnyRow, AnySelect
from identity.models import (
    Address,
    AuditEntry,
    LinkToken,
    Organisation,
    ServiceAccount,
    Session,
    SignUpRequest,
    User,
)
from identity.models.base import Purpose, SignUpState
from identity.repository import clients_of, manageable, requests_of

USER = (
    User.id,
    User.login,
    User.first_name,
    User.last_name,
    User.email,
    User.phone,
    User.role,
    User.status,
    User.language,
    User.email_undeliverable,
    User.version,
)
ORGANISATION = (
    Organisation.id,
    Organisation.kind,
    Organisation.code,
    Organisation.name,
    Organisation.email,
    Organisation.phone,
    Organisation.reseller_id,
    Organisation.portal_access,
    Organisation.version,
)
_Reseller = aliased(Organisation)
USER_SORTS: dict[str, ColumnElement[Any]] = {
    "login": folded(User.login),
    "last_name": folded(User.last_name),
    "first_name": folded(User.first_name),
    "role": User.role.expression,
    "status": User.status.expression,
}
ORGANISATION_SORTS: dict[str, ColumnElement[Any]] = {
    # Begins with the name, folded.
    "name": Organisation.search_text.expression,
    "code": Organisation.code.expression,
    "email": folded(Organisation.email),
    "phone": Organisation.phone.expression,
}
ADDRESS_SORTS: dict[str, ColumnElement[Any]] = {
    "created_at": Address.created_at.expression,
    "label": folded(Address.label),
}
REQUEST_SORTS: dict[str, ColumnElement[Any]] = {"created_at": SignUpRequest.created_at.expression}
AUDIT_SORTS: dict[str, ColumnElement[Any]] = {"at": AuditEntry.at.expression}


async def credentials(reader: AsyncConnection, login: str) -> AnyRow | None:
    query = select(User.id, User.organisation_id, User.password_hash).where(
        func.lower(User.login) == login.strip().lower()
    )
    return (await reader.execute(query)).one_or_none()


async def password_hash(reader: AsyncConnection, user_id: UUID | None) -> AnyRow | None:
    """The hash with login and e-mail, which a new password must not be."""
    query = select(User.password_hash, User.login, User.email).where(User.id == user_id)
    return (await reader.execute(query)).one_or_none()


async def service_account(reader: AsyncConnection, identifier: str) -> AnyRow | None:
    query = select(ServiceAccount.secret_hash, ServiceAccount.scopes).where(ServiceAccount.id == identifier)
    return (await reader.execute(query)).one_or_none()


async def link(reader: AsyncConnection, digest: str, purposes: tuple[Purpose, ...]) -> AnyRow | None:
    """Whom a link that is still good belongs to."""
    query = (
        select(
            LinkToken.purpose,
            LinkToken.expires_at,
            User.login,
            User.first_name,
            User.last_name,
            User.email,
            Organisation.name.label("organisation"),
        )
        .join(User, User.id == LinkToken.user_id)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(
            LinkToken.digest == digest,
            LinkToken.purpose.in_(purposes),
            LinkToken.used_at.is_(None),
            LinkToken.expires_at > func.now(),
            Organisation.portal_access,
            User.status != "disabled",
        )
    )
    return (await reader.execute(query)).one_or_none()


async def user(reader: AsyncConnection, user_id: UUID, organisation_id: UUID | None) -> AnyRow | None:
    query = select(*USER).where(User.id == user_id, User.organisation_id == organisation_id)
    return (await reader.execute(query)).one_or_none()


def users(principal: Principal, q: str) -> AnySelect:
    own = User.organisation_id == principal.organisation_id
    return select(*USER).where(own, matches(User.search_text.expression, q))


async def organisation(reader: AsyncConnection, identifier: UUID | None) -> AnyRow | None:
    return (await reader.execute(select(*ORGANISATION).where(Organisation.id == identifier))).one_or_none()


def clients(principal: Principal, q: str, reseller_id: UUID | None) -> AnySelect:
    query = _clients(principal).where(matches(Organisation.search_text.expression, q))
    return query.where(Organisation.reseller_id == reseller_id) if reseller_id else query


async def client(reader: AsyncConnection, identifier: UUID, principal: Principal) -> AnyRow | None:
    return (await reader.execute(_clients(principal).where(Organisation.id == identifier))).one_or_none()


def _clients(principal: Principal) -> AnySelect:
    query = select(*ORGANISATION, _Reseller.name.label("reseller_name"))
    return query.join(_Reseller, _Reseller.id == Organisation.reseller_id).where(clients_of(principal))


def users_of(client_id: UUID, q: str) -> AnySelect:
    """The people of a client; whether the caller may ask is for :func:`client` to say."""
    return select(*USER).where(User.organisation_id == client_id, matches(User.search_text.expression, q))


def resellers(q: str) -> AnySelect:
    query = select(*ORGANISATION).where(Organisation.kind == "reseller")
    return query.where(matches(Organisation.search_text.expression, q))


async def reseller(reader: AsyncConnection, identifier: UUID) -> AnyRow | None:
    query = select(*ORGANISATION).where(Organisation.kind == "reseller", Organisation.id == identifier)
    return (await reader.execute(query)).one_or_none()


def addresses(principal: Principal, organisation_id: UUID | None) -> AnySelect:
    """Those of the caller's organisation, or of the client that is named, if it is the caller's."""
    wanted = organisation_id or principal.organisation_id
    return select(Address.__table__).where(
        Address.organisation_id == wanted, manageable(Address.organisation_id.expression, principal)
    )


async def address(reader: AsyncConnection, identifier: UUID, principal: Principal) -> AnyRow | None:
    query = select(Address.__table__)
    query = query.where(Address.id == identifier, manageable(Address.organisation_id.expression, principal))
    return (await reader.execute(query)).one_or_none()


def sign_up_requests(principal: Principal, state: SignUpState | None) -> AnySelect:
    query = (
        select(SignUpRequest.__table__, Organisation.name.label("client_name"))
        .join(Organisation, Organisation.id == SignUpRequest.client_id)
        .where(requests_of(principal))
    )
    return query.where(SignUpRequest.state == state) if state else query


async def sign_up_request(reader: AsyncConnection, identifier: UUID, principal: Principal) -> AnyRow | None:
    query = sign_up_requests(principal, None).where(SignUpRequest.id == identifier)
    return (await reader.execute(query)).one_or_none()


async def sessions(reader: AsyncConnection, user_id: UUID | None) -> list[AnyRow]:
    """One's own that are open, latest use first."""
    query = (
        select(
            Session.id,
            Session.client,
            Session.device,
            Session.address,
            Session.remember,
            Session.created_at,
            Session.last_used_at,
            Session.expires_at,
        )
        .where(Session.user_id == user_id, Session.revoked_at.is_(None), Session.expires_at > func.now())
        .order_by(Session.last_used_at.desc(), Session.id)
        .limit(200)
    )
    return list((await reader.execute(query)).all())


def audit(principal: Principal) -> AnySelect:
    return select(AuditEntry.__table__).where(AuditEntry.organisation_id == principal.organisation_id)


async def may_manage(reader: AsyncConnection, organisation_id: UUID | None, principal: Principal) -> bool:
    """Whether the caller may name this organisation where addresses are concerned."""
    if organisation_id is None or organisation_id == principal.organisation_id:
        return True
    query = select(Organisation.id).where(Organisation.id == organisation_id)
    query = query.where(manageable(Organisation.id.expression, principal))
    return (await reader.execute(query)).one_or_none() is not None
