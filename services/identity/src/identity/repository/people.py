"""The SQL of people and of the links that were sent to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from events.identity import LinkPurpose
from identity.models import (
    LinkToken,
    Organisation,
    User,
)
from identity.models.base import ACCOUNT_PURPOSES, Purpose
from identity.repository.organisations import lock_organisation
from web.text import codes, mailboxes

MOST_OF_ONE_MAILBOX = 100


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
    """People who are not disabled, by login or e-mail; several may share a mailbox. Locked, in one order."""
    mailbox = mailboxes.normalised(login_or_email).lower()
    named = or_(func.lower(User.login) == codes.login(login_or_email), func.lower(User.email) == mailbox)
    query = select(User).where(named, User.status != "disabled").order_by(User.id)
    people = (await session.scalars(query.with_for_update(key_share=True))).all()
    # An active person has followed a link to the mailbox; who was merely invited under its name comes after.
    return sorted(people, key=lambda user: user.status != "active")[:MOST_OF_ONE_MAILBOX]


async def person_at(session: AsyncSession, organisation_id: UUID, email: str, but: UUID | None = None) -> User | None:
    """The person of the organisation who reads that mailbox, locked. Where old rows hold several, an active one comes
    before an invited one, a disabled one last."""
    rank = case((User.status == "active", 0), (User.status == "invited", 1), else_=2)
    query = select(User).where(User.organisation_id == organisation_id, func.lower(User.email) == email.lower())
    if but is not None:
        query = query.where(User.id != but)
    query = query.order_by(rank, User.created_at, User.id).limit(1).with_for_update(key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def last_invitation(session: AsyncSession, user_id: UUID) -> LinkPurpose | None:
    """What the person was last invited for: the next message says the same."""
    query = select(LinkToken.purpose).where(LinkToken.user_id == user_id, LinkToken.purpose.in_(ACCOUNT_PURPOSES))
    purpose: LinkPurpose | None = await session.scalar(query.order_by(LinkToken.created_at.desc()).limit(1))
    return purpose


async def invited_by(session: AsyncSession, digest: str, purposes: tuple[Purpose, ...]) -> User | None:
    """The person who got a link, even if the link is no longer valid; locked."""
    link = select(LinkToken.user_id).where(LinkToken.digest == digest, LinkToken.purpose.in_(purposes))
    user_id = await session.scalar(link)
    return await lock_user(session, user_id) if user_id else None


async def add_user(session: AsyncSession, user: User) -> bool:
    """Adds the user unless its login is taken; whether it was added."""
    user.refresh_search_columns()
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


async def has_good_link(session: AsyncSession, user_id: UUID, purposes: Sequence[Purpose], now: datetime) -> bool:
    good = (LinkToken.user_id == user_id, LinkToken.purpose.in_(purposes), LinkToken.used_at.is_(None))
    return bool(await session.scalar(select(exists().where(*good, LinkToken.expires_at > now))))


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


async def lock_holders_organisation(session: AsyncSession, digest: str) -> Organisation | None:
    """Locks the organisation of the link's person. Called before the link is locked, because every transaction locks
    the organisation first."""
    held = select(User.organisation_id).join(LinkToken, LinkToken.user_id == User.id).where(LinkToken.digest == digest)
    identifier = await session.scalar(held)
    return await lock_organisation(session, identifier) if identifier else None
