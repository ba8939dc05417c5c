"""The SQL of second factors. The person is locked by the caller, so that of two equal codes one is taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.sql import AnyRow
from identity.factors.models import (
    Authenticator,
    Enrolment,
    Passkey,
    PasskeyChallenge,
    RecoveryCode,
    Rescue,
    WaitingLogIn,
)
from identity.models import Device, Session, User


async def authenticator(session: AsyncSession, user_id: UUID) -> Authenticator | None:
    return await session.get(Authenticator, user_id, populate_existing=True)


async def take_step(session: AsyncSession, user_id: UUID, step: int) -> bool:
    """Whether no code of this step or a later one was taken before. One statement, so that it is atomic by itself."""
    fresh = (Authenticator.user_id == user_id, Authenticator.last_step < step)
    taking = update(Authenticator).where(*fresh).values(last_step=step).returning(Authenticator.user_id)
    return await session.scalar(taking, execution_options={"synchronize_session": False}) is not None


async def put_authenticator(session: AsyncSession, user_id: UUID, sealed: str, step: int, now: datetime) -> None:
    values = {"sealed_secret": sealed, "last_step": step, "confirmed_at": now}
    adding = insert(Authenticator).values(user_id=user_id, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["user_id"], set_=values))


async def enrolment(session: AsyncSession, flow: UUID, now: datetime) -> Enrolment | None:
    return await session.scalar(select(Enrolment).where(Enrolment.id == flow, Enrolment.expires_at > now))


async def put_enrolment(session: AsyncSession, flow: UUID, user_id: UUID, sealed: str, expires_at: datetime) -> None:
    values = {"sealed_secret": sealed, "expires_at": expires_at}
    adding = insert(Enrolment).values(id=flow, user_id=user_id, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["id"], set_=values))


async def drop_enrolments(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(Enrolment).where(Enrolment.user_id == user_id))


async def drop_authenticator(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(Authenticator).where(Authenticator.user_id == user_id))


async def drop_factors(session: AsyncSession, user_id: UUID) -> None:
    """All that the person has, recovery codes included."""
    for table in (Authenticator, Passkey, RecoveryCode, Enrolment):
        await session.execute(delete(table).where(table.user_id == user_id))


async def put_recovery_codes(session: AsyncSession, user_id: UUID, digests: Iterable[str]) -> None:
    """Instead of those before."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    await session.execute(insert(RecoveryCode), [{"user_id": user_id, "digest": digest} for digest in digests])


async def take_recovery_code(session: AsyncSession, user_id: UUID, digest: str, now: datetime) -> bool:
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.digest == digest, RecoveryCode.used_at.is_(None))
    taking = update(RecoveryCode).where(*unused).values(used_at=now).returning(RecoveryCode.digest)
    return await session.scalar(taking, execution_options={"synchronize_session": False}) is not None


async def recovery_codes_left(session: AsyncSession, user_id: UUID) -> int:
    left = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return int(await session.scalar(select(func.count()).where(*left)) or 0)


async def waiting(session: AsyncSession, digest: str, now: datetime) -> tuple[WaitingLogIn, User] | None:
    """The log-in that waits, and its person, both locked; the person first, as everywhere."""
    user_id = await session.scalar(select(WaitingLogIn.user_id).where(WaitingLogIn.digest == digest))
    if user_id is None:
        return None
    user = await session.scalar(select(User).where(User.id == user_id).with_for_update(key_share=True))
    query = select(WaitingLogIn).where(WaitingLogIn.digest == digest, WaitingLogIn.expires_at > now)
    found = await session.scalar(query.with_for_update(key_share=True))
    return (found, user) if found is not None and user is not None else None


async def drop_waiting(session: AsyncSession, of: ColumnElement[bool]) -> None:
    """Whatever waits of the people whom ``of`` selects is over."""
    people = select(User.id).where(of).scalar_subquery()
    dropping = delete(WaitingLogIn).where(WaitingLogIn.user_id.in_(people))
    await session.execute(dropping, execution_options={"synchronize_session": False})


async def waiting_on(reader: AsyncConnection, digest: str, device: str) -> AnyRow | None:
    """Whose log-in waits, and whether the account was opened on that device before."""
    on_device = exists().where(Device.user_id == WaitingLogIn.user_id, Device.digest == device).label("on_device")
    query = select(WaitingLogIn.user_id, on_device).where(WaitingLogIn.digest == digest)
    return (await reader.execute(query)).one_or_none()


async def factors(reader: AsyncConnection, user_id: UUID | None, session_id: UUID | None) -> AnyRow:
    """What one's own page of second factors says."""
    left = select(func.count()).where(RecoveryCode.user_id == User.id, RecoveryCode.used_at.is_(None))
    since = select(Authenticator.confirmed_at).where(Authenticator.user_id == User.id)
    proven = select(Session.proven_at).where(Session.id == session_id)
    query = select(
        since.scalar_subquery().label("application_since"),
        left.scalar_subquery().label("recovery_codes_left"),
        proven.scalar_subquery().label("proven_at"),
    )
    return (await reader.execute(query.where(User.id == user_id))).one()


async def clear_away(session: AsyncSession, now: datetime, kept: timedelta) -> None:
    for table in (Enrolment, PasskeyChallenge, WaitingLogIn):
        await session.execute(delete(table).where(table.expires_at < now))
    await session.execute(delete(Rescue).where(Rescue.expires_at < now - kept))
