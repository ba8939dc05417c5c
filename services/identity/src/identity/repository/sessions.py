"""The SQL of sessions and devices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity.common import Client
from chassis.sql import AnyRow
from identity.models import Device, Session, User


async def open_session(session: AsyncSession, digest: str) -> Session | None:
    """The browser session behind a cookie, locked."""
    return await session.scalar(select(Session).where(Session.digest == digest).with_for_update(key_share=True))


async def lock_session(session: AsyncSession, identifier: UUID) -> Session | None:
    query = select(Session).where(Session.id == identifier).with_for_update(key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def revoke_sessions(
    session: AsyncSession, because: str, now: datetime, *, of: ColumnElement[bool], but: UUID | None = None
) -> Sequence[AnyRow]:
    """Ends every open session of the users that ``of`` selects, except ``but``; answers ``id``, ``user_id`` and
    ``organisation_id`` of each."""
    users = select(User.id).where(of).scalar_subquery()
    statement = update(Session).where(Session.user_id.in_(users), Session.revoked_at.is_(None))
    if but is not None:
        statement = statement.where(Session.id != but)
    organisation = (
        select(User.organisation_id).where(User.id == Session.user_id).scalar_subquery().label("organisation_id")
    )
    closing = statement.values(revoked_at=now, revoked_because=because).returning(
        Session.id, Session.user_id, organisation
    )
    return (await session.execute(closing, execution_options={"synchronize_session": False})).all()


async def see_device(session: AsyncSession, user_id: UUID, digest: str) -> tuple[bool, bool]:
    """Remembers the device and that it was seen now; whether it is new to this user, and whether the user had any
    before."""
    had_any = bool(await session.scalar(select(exists().where(Device.user_id == user_id))))
    is_known = bool(await session.scalar(select(exists().where(Device.user_id == user_id, Device.digest == digest))))
    statement = insert(Device).values(user_id=user_id, digest=digest)
    seen = {"seen_at": func.now()}
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "digest"], set_=seen))
    return not is_known, had_any


async def is_device(session: AsyncSession, digest: str) -> bool:
    """Whether the token was issued here: what a stranger makes up is not taken for a device."""
    return bool(await session.scalar(select(exists().where(Device.digest == digest))))


async def sessions_beyond(
    session: AsyncSession, user: User, client: Client, most: int, now: datetime
) -> Sequence[Session]:
    """The person's sessions of this kind that were used longest ago, without which ``most`` stay; locked."""
    mine = (Session.user_id == user.id, Session.client == client, Session.revoked_at.is_(None))
    query = select(Session).where(*mine, Session.expires_at > now)
    query = query.order_by(Session.last_used_at.desc(), Session.id).offset(most).with_for_update(key_share=True)
    return (await session.scalars(query)).all()
