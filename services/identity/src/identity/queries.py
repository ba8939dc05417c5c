"""What is read of identity. Columns, never entities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from api.identity.common import SignUpState
from chassis.searching import folded, like, matches
from chassis.sql import AnyRow, AnySelect
from identity.access import clients_of, looked_after_by, manageable, requests_of
from identity.models import (
    Address,
    Device,
    LinkToken,
    Organisation,
    ServiceAccount,
    Session,
    SignUpRequest,
    User,
)
from identity.models.base import ACCOUNT_PURPOSES, Purpose
from web.auth.principal import Principal
from web.text import codes

USER = (
    User.id,
    User.login,
    User.first_name,
    User.last_name,
    User.email,
    User.pending_email,
    User.phone,
    User.role,
    User.status,
    User.language,
    User.email_undeliverable,
    User.second_factor,
    User.version,
)
ORGANISATION = (
    Organisation.id, Organisation.kind, Organisation.code, Organisation.name, Organisation.email,
    Organisation.phone, Organisation.reseller_id, Organisation.portal_access,
    Organisation.second_factor_required, Organisation.version,
)  # fmt: skip
_Reseller = aliased(Organisation)
# Until when the person's last link is good; nothing once it was used, made void or cleared away.
_EXPIRY = (
    select(func.max(LinkToken.expires_at))
    .where(LinkToken.user_id == User.id, LinkToken.used_at.is_(None), LinkToken.purpose.in_(ACCOUNT_PURPOSES))
    .correlate(User)
    .scalar_subquery()
)
invitation_state: ColumnElement[Any] = case(
    (User.status != "invited", null()),
    (User.email_undeliverable, "failed"),
    (func.now() < _EXPIRY, "pending"),
    else_="expired",
)
USER_SORTS: dict[str, ColumnElement[Any]] = {
    "login": folded(User.login),
    "last_name": folded(User.last_name),
    "first_name": folded(User.first_name),
    "role": User.role.expression,
    "status": User.status.expression,
}
ORGANISATION_SORTS: dict[str, ColumnElement[Any]] = {
    "name": Organisation.name_key.expression,
    "code": Organisation.code.expression,
    "email": folded(Organisation.email),
    "phone": Organisation.phone.expression,
}
ADDRESS_SORTS: dict[str, ColumnElement[Any]] = {
    "created_at": Address.created_at.expression,
    "label": folded(Address.label),
}
REQUEST_SORTS: dict[str, ColumnElement[Any]] = {"created_at": SignUpRequest.created_at.expression}
INVITATION_SORTS: dict[str, ColumnElement[Any]] = {"created_at": User.created_at.expression}


async def credentials(reader: AsyncConnection, login: str, device: str) -> AnyRow | None:
    """Of the account with that log-in, or of the one active account with that e-mail address (a log-in has no @);
    the last column says whether it was opened on that device before."""
    typed = codes.login(login)
    named = func.lower(User.login) == typed
    if "@" in typed:
        named = (func.lower(User.email) == typed) & (User.status == "active")
    on_device = exists().where(Device.user_id == User.id, Device.digest == device)
    query = select(User.id, User.organisation_id, User.password_hash, on_device).where(named).limit(2)
    rows = (await reader.execute(query)).all()
    return rows[0] if len(rows) == 1 else None


async def password_hash(reader: AsyncConnection, user_id: UUID | None) -> AnyRow | None:
    """The hash with what a new password must not be made of."""
    names = (User.first_name, User.last_name, Organisation.name.label("organisation"))
    query = select(User.password_hash, User.login, User.email, *names)
    query = query.join(Organisation, Organisation.id == User.organisation_id).where(User.id == user_id)
    return (await reader.execute(query)).one_or_none()


async def service_account(reader: AsyncConnection, identifier: str) -> AnyRow | None:
    query = select(ServiceAccount.secret_hash, ServiceAccount.scopes)
    query = query.where(ServiceAccount.id == identifier, ServiceAccount.disabled_at.is_(None))
    return (await reader.execute(query)).one_or_none()


async def link(reader: AsyncConnection, digest: str, purposes: tuple[Purpose, ...]) -> AnyRow | None:
    """A link that is still valid, and its person."""
    query = (
        select(
            LinkToken.purpose,
            LinkToken.expires_at,
            LinkToken.email.label("link_email"),
            User.id.label("user_id"),
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
    """SQP's list names each client's reseller, and finds by it."""
    by_reseller = _of_reseller if principal.organisation_kind == "sqp" else None
    query = _clients(principal).where(matches(Organisation.search_text.expression, q, by_reseller))
    return query.where(Organisation.reseller_id == reseller_id) if reseller_id else query


def with_access(clients: AnySelect) -> AnySelect:
    """Adds the column ``access``: ``active`` if a person of the client can log in, otherwise why none can."""

    def has_person(status: str) -> ColumnElement[bool]:
        return exists().where(User.organisation_id == Organisation.id, User.status == status)

    access = case(
        (Organisation.portal_access.is_(False), "closed"),
        (has_person("active"), "active"),
        (has_person("invited"), "invited"),
        (has_person("disabled"), "disabled"),
        else_="no_account",
    )
    return clients.add_columns(access.label("access"))


def _of_reseller(pattern: ColumnElement[str]) -> ColumnElement[bool]:
    return like(_Reseller.search_text.expression, pattern)


async def client(reader: AsyncConnection, identifier: UUID, principal: Principal) -> AnyRow | None:
    return (await reader.execute(_clients(principal).where(Organisation.id == identifier))).one_or_none()


def _clients(principal: Principal) -> AnySelect:
    query = select(*ORGANISATION, _Reseller.name.label("reseller_name"))
    return query.join(_Reseller, _Reseller.id == Organisation.reseller_id).where(clients_of(principal))


def people_of(organisation_id: UUID, q: str) -> AnySelect:
    """The people of an organisation with their invitations; whether the caller may ask is for the caller's route to
    say."""
    query = select(*USER, invitation_state.label("invitation"), _EXPIRY.label("invitation_expires_at"))
    return query.where(User.organisation_id == organisation_id, matches(User.search_text.expression, q))


def invitations(principal: Principal, q: str, state: str | None) -> AnySelect:
    """People who have yet to choose a first password, in the organisations that the caller looks after."""
    query = (
        select(
            *USER,
            invitation_state.label("invitation"),
            _EXPIRY.label("invitation_expires_at"),
            User.created_at,
            Organisation.id.label("organisation_id"),
            Organisation.kind.label("organisation_kind"),
            Organisation.name.label("organisation_name"),
        )
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(User.status == "invited", Organisation.portal_access, looked_after_by(principal))
        .where(or_(matches(User.search_text.expression, q), matches(Organisation.search_text.expression, q)))
    )
    return query.where(invitation_state == state) if state else query


async def invitation(reader: AsyncConnection, user_id: UUID, principal: Principal) -> AnyRow | None:
    return (await reader.execute(invitations(principal, "", None).where(User.id == user_id))).one_or_none()


def resellers(q: str) -> AnySelect:
    query = select(*ORGANISATION).where(Organisation.kind == "reseller")
    return query.where(matches(Organisation.search_text.expression, q))


async def reseller(reader: AsyncConnection, identifier: UUID) -> AnyRow | None:
    query = select(*ORGANISATION).where(Organisation.kind == "reseller", Organisation.id == identifier)
    return (await reader.execute(query)).one_or_none()


def is_code(q: str) -> ColumnElement[bool]:
    """The organisation with exactly the code that is searched."""
    return func.upper(Organisation.code) == codes.code(q)


def is_login(q: str) -> ColumnElement[bool]:
    return func.lower(User.login) == codes.login(q)


def addresses(principal: Principal, organisation_id: UUID | None, q: str = "") -> AnySelect:
    """Those of the caller's organisation, or of the client that is named, if it is the caller's."""
    wanted = organisation_id or principal.organisation_id
    return select(Address.__table__).where(
        Address.organisation_id == wanted,
        manageable(Address.organisation_id.expression, principal),
        matches(Address.search_text.expression, q),
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


async def may_manage(reader: AsyncConnection, organisation_id: UUID | None, principal: Principal) -> bool:
    """Whether the caller may name this organisation where addresses are concerned."""
    if organisation_id is None or organisation_id == principal.organisation_id:
        return True
    query = select(Organisation.id).where(Organisation.id == organisation_id)
    query = query.where(manageable(Organisation.id.expression, principal))
    return (await reader.execute(query)).one_or_none() is not None
