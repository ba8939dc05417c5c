"""The SQL of identity: loading for a change, locks included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth.principal import Principal
from events.contracts import ContractState
from identity import telling
from identity.models import (
    Address,
    Device,
    KnownContract,
    LinkToken,
    Organisation,
    ServiceAccount,
    Session,
    SignUpRequest,
    User,
)
from identity.models.base import Purpose


def clients_of(principal: Principal) -> ColumnElement[bool]:
    """A reseller's own clients; SQP's people see every client."""
    own = true() if principal.organisation_kind == "sqp" else Organisation.reseller_id == principal.organisation_id
    return (Organisation.kind == "client") & own


async def organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    return await session.get(Organisation, identifier)


async def lock_organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    """The organisation, locked: who changes its users, addresses or access comes one at a time."""
    query = select(Organisation).where(Organisation.id == identifier).with_for_update(key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def lock_client(session: AsyncSession, identifier: UUID, principal: Principal) -> Organisation | None:
    query = (
        select(Organisation).where(Organisation.id == identifier, clients_of(principal)).with_for_update(key_share=True)
    )
    return await session.scalar(query, execution_options={"populate_existing": True})


async def add_if_unknown(session: AsyncSession, organisation: Organisation) -> bool:
    """Adds the organisation unless its id is taken, waiting for a concurrent adder; whether it was added."""
    columns = ("id", "kind", "code", "name", "email", "phone", "reseller_id", "search_text")
    values = {column: getattr(organisation, column) for column in columns}
    statement = insert(Organisation).values(**values).on_conflict_do_nothing().returning(Organisation.id)
    return await session.scalar(statement) is not None


async def user(session: AsyncSession, identifier: UUID) -> User | None:
    return await session.get(User, identifier)


async def lock_user(session: AsyncSession, identifier: UUID) -> User | None:
    query = select(User).where(User.id == identifier).with_for_update(key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def lock_user_of(session: AsyncSession, identifier: UUID, organisation_id: UUID) -> User | None:
    query = (
        select(User)
        .where(User.id == identifier, User.organisation_id == organisation_id)
        .with_for_update(key_share=True)
    )
    return await session.scalar(query, execution_options={"populate_existing": True})


async def users_of(session: AsyncSession, organisation_id: UUID) -> Sequence[User]:
    query = select(User).where(User.organisation_id == organisation_id)
    return (await session.scalars(query.order_by(User.created_at, User.id))).all()


async def has_users(session: AsyncSession, organisation_id: UUID) -> bool:
    return bool(await session.scalar(select(exists().where(User.organisation_id == organisation_id))))


async def people_named(session: AsyncSession, login_or_email: str) -> Sequence[User]:
    """Active people by login or e-mail; several may share a mailbox. Locked, in one order."""
    wanted = login_or_email.strip().lower()
    named = or_(func.lower(User.login) == wanted, func.lower(User.email) == wanted)
    query = select(User).where(named, User.status == "active").order_by(User.id).limit(10)
    return (await session.scalars(query.with_for_update(key_share=True))).all()


async def add_user(session: AsyncSession, user: User) -> bool:
    """Adds the user unless its login is taken; whether it was added."""
    user.settle()
    columns = (
        "organisation_id", "login", "first_name", "last_name", "email", "phone", "role", "status", "language",
        "search_text",
    )  # fmt: skip
    values = {column: getattr(user, column) for column in columns}
    values |= {"id": user.id, "version": 1, "email_undeliverable": False}
    statement = insert(User).values(**values).on_conflict_do_nothing().returning(User.id)
    return await session.scalar(statement) is not None


async def login_taken(session: AsyncSession, login: str, but_by: UUID) -> bool:
    others = exists().where(func.lower(User.login) == login.lower(), User.id != but_by)
    return bool(await session.scalar(select(others)))


async def open_session(session: AsyncSession, digest: str) -> Session | None:
    """The browser session behind a cookie, locked."""
    return await session.scalar(select(Session).where(Session.digest == digest).with_for_update(key_share=True))


async def lock_session(session: AsyncSession, identifier: UUID) -> Session | None:
    query = select(Session).where(Session.id == identifier).with_for_update(key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def revoke_sessions(
    session: AsyncSession, because: str, now: datetime, *, of: ColumnElement[bool], but: UUID | None = None
) -> None:
    """Ends every open session of the users that ``of`` selects, except ``but``, and tells so."""
    users = select(User.id).where(of).scalar_subquery()
    statement = update(Session).where(Session.user_id.in_(users), Session.revoked_at.is_(None))
    if but is not None:
        statement = statement.where(Session.id != but)
    organisation = select(User.organisation_id).where(User.id == Session.user_id).scalar_subquery()
    closing = statement.values(revoked_at=now, revoked_because=because).returning(
        Session.id, Session.user_id, organisation
    )
    closed = await session.execute(closing, execution_options={"synchronize_session": False})
    for identifier, user_id, organisation_id in closed.all():
        telling.session_closed(session, identifier, user_id, organisation_id)


async def see_device(session: AsyncSession, user_id: UUID, digest: str) -> tuple[bool, bool]:
    """Remembers the device; whether it is new to this user, and whether the user had any before."""
    had_any = bool(await session.scalar(select(exists().where(Device.user_id == user_id))))
    statement = insert(Device).values(user_id=user_id, digest=digest).on_conflict_do_nothing()
    is_new = await session.scalar(statement.returning(Device.digest)) is not None
    return is_new, had_any


async def take_link(
    session: AsyncSession, digest: str, purposes: Sequence[Purpose], now: datetime
) -> tuple[LinkToken, User] | None:
    """The link and its user, both locked, while the link is good; a concurrent taker finds it used.

    The user comes first, as where links are made and voided: the other order could wait for ever.
    """
    user_id = await session.scalar(select(LinkToken.user_id).where(LinkToken.digest == digest))
    holder = await lock_user(session, user_id) if user_id else None
    if holder is None:
        return None
    good = (LinkToken.digest == digest, LinkToken.purpose.in_(purposes), LinkToken.used_at.is_(None))
    link = await session.scalar(
        select(LinkToken).where(*good, LinkToken.expires_at > now).with_for_update(key_share=True)
    )
    return (link, holder) if link is not None else None


async def lock_address(session: AsyncSession, identifier: UUID, principal: Principal) -> Address | None:
    """An address of the caller's organisation, or of a client of the caller's when it is a reseller."""
    query = select(Address).where(Address.id == identifier, manageable(Address.organisation_id.expression, principal))
    return await session.scalar(query.with_for_update(key_share=True), execution_options={"populate_existing": True})


def manageable(organisation_id: ColumnElement[UUID], principal: Principal) -> ColumnElement[bool]:
    own: ColumnElement[bool] = organisation_id == principal.organisation_id
    if principal.organisation_kind != "reseller":
        return own
    clients = select(Organisation.id).where(Organisation.reseller_id == principal.organisation_id)
    return or_(own, organisation_id.in_(clients))


async def addresses_of(session: AsyncSession, organisation_id: UUID) -> Sequence[Address]:
    query = select(Address).where(Address.organisation_id == organisation_id)
    return (await session.scalars(query.order_by(Address.created_at, Address.id).with_for_update(key_share=True))).all()


async def learn_contract(session: AsyncSession, event: ContractState) -> None:
    """Takes what is newer; an older event changes nothing."""
    serials = {event.serial_number.upper(), *(article.serial_number.upper() for article in event.articles)}
    values = {
        "serials": sorted(serials),
        "client_id": event.client.organisation_id if event.client else None,
        "reseller_id": event.reseller.organisation_id,
        "version": event.version,
    }
    statement = insert(KnownContract).values(number=event.number, **values)
    newer = statement.on_conflict_do_update(
        index_elements=["number"], set_=values, where=KnownContract.version < event.version
    )
    await session.execute(newer)


async def contract(session: AsyncSession, number: str) -> KnownContract | None:
    return await session.get(KnownContract, number)


async def add_request(session: AsyncSession, request: SignUpRequest) -> bool:
    """Adds the request unless the same person's is pending already."""
    columns = ("id", "client_id", "reseller_id", "contract_number", "email", "first_name", "last_name")
    values = {column: getattr(request, column) for column in columns}
    statement = insert(SignUpRequest).values(**values).on_conflict_do_nothing().returning(SignUpRequest.id)
    return await session.scalar(statement) is not None


async def lock_request(session: AsyncSession, identifier: UUID, principal: Principal) -> SignUpRequest | None:
    query = (
        select(SignUpRequest)
        .where(SignUpRequest.id == identifier, requests_of(principal))
        .with_for_update(key_share=True)
    )
    return await session.scalar(query, execution_options={"populate_existing": True})


def requests_of(principal: Principal) -> ColumnElement[bool]:
    if principal.organisation_kind == "sqp":
        return true()
    return SignUpRequest.reseller_id == principal.organisation_id


async def organisation_of_address(session: AsyncSession, identifier: UUID, principal: Principal) -> UUID | None:
    query = select(Address.organisation_id)
    return await session.scalar(
        query.where(Address.id == identifier, manageable(Address.organisation_id.expression, principal))
    )


async def put_service_account(session: AsyncSession, identifier: str, secret_hash: str, scopes: Sequence[str]) -> None:
    """Adds the account, or gives a known one this secret and these scopes."""
    values = {"secret_hash": secret_hash, "scopes": sorted(set(scopes))}
    statement = insert(ServiceAccount).values(id=identifier, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
