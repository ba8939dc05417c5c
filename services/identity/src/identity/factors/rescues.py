"""A sole administrator who lost everything: two people of SQP help together (docs/decisions/0044).

One asks, another confirms within a day; the link that the person then gets by mail sets a new password and takes the
second factors away. Nothing changes before the person follows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import aliased

from chassis import audit
from chassis.messaging import outbox
from chassis.sql import AnyRow
from identity import event_mapper, repository
from identity.factors.errors import (
    NotSoleAdministrator,
    PersonWithoutFactor,
    RescueNotFound,
    RescueOver,
    RescuePending,
    SecondPersonNeeded,
)
from identity.factors.models import Rescue
from identity.links import Links
from identity.models import Organisation, User
from identity.service import actors
from identity.settings import Settings
from web import clock
from web.auth.principal import Principal
from web.text import codes

_Asking = aliased(User)


async def pending(reader: AsyncConnection) -> Sequence[AnyRow]:
    """Those that wait for a second person, oldest first."""
    query = (
        select(
            Rescue.id,
            Rescue.reason,
            Rescue.asked_by,
            Rescue.asked_at,
            Rescue.expires_at,
            User.login,
            func.trim(User.first_name + " " + User.last_name).label("name"),
            Organisation.name.label("organisation_name"),
            func.trim(_Asking.first_name + " " + _Asking.last_name).label("asked_by_name"),
        )
        .join(User, User.id == Rescue.user_id)
        .join(Organisation, Organisation.id == User.organisation_id)
        .join(_Asking, _Asking.id == Rescue.asked_by)
        .where(Rescue.state == "pending", Rescue.expires_at > func.now())
    )
    return (await reader.execute(query.order_by(Rescue.asked_at, Rescue.id))).all()


async def ask(session: AsyncSession, login: str, reason: str, principal: Principal, settings: Settings) -> Rescue:
    """Raises RescueNotFound for an unknown log-in, NotSoleAdministrator, PersonWithoutFactor, RescuePending."""
    asking = await actors.lock(session, principal)
    user_id = await session.scalar(select(User.id).where(func.lower(User.login) == codes.login(login)))
    user, of = await _sole_administrator(session, user_id)
    now = clock.now()
    waiting = (Rescue.user_id == user.id, Rescue.state == "pending", Rescue.expires_at > now)
    if await session.scalar(select(Rescue.id).where(*waiting)):
        raise RescuePending
    lasts = timedelta(hours=settings.rescue_hours)
    rescue = Rescue(user_id=user.id, reason=reason, asked_by=asking.user.id, asked_at=now, expires_at=now + lasts)
    session.add(rescue)
    await session.flush()
    outbox.add(session, event_mapper.second_factor_changed(user, of, "rescue_asked", now, None))
    audit.record(
        session,
        "rescue.ask",
        organisation_id=of.id,
        subject=user.id,
        by=principal,
        about=user.full_name,
        reason=reason,
    )
    return rescue


async def confirm(session: AsyncSession, identifier: UUID, principal: Principal, by_links: Links) -> None:
    """By another person than the one who asked: the link leaves. Raises RescueNotFound, RescueOver,
    SecondPersonNeeded, NotSoleAdministrator, PersonWithoutFactor."""
    await actors.lock(session, principal)
    rescue = await _pending(session, identifier)
    if rescue.asked_by == principal.user_id:
        raise SecondPersonNeeded
    user, of = await _sole_administrator(session, rescue.user_id)
    rescue.decide("confirmed", by=principal.user_id, at=clock.now())
    await by_links.rescue(session, user, of)
    audit.record(session, "rescue.confirm", organisation_id=of.id, subject=user.id, by=principal, about=user.full_name)


async def refuse(session: AsyncSession, identifier: UUID, principal: Principal) -> None:
    """By anyone of SQP's administrators, also the one who asked. Raises RescueNotFound, RescueOver."""
    await actors.lock(session, principal)
    rescue = await _pending(session, identifier)
    user = await repository.user(session, rescue.user_id)
    assert user is not None
    rescue.decide("refused", by=principal.user_id, at=clock.now())
    of = user.organisation_id
    audit.record(session, "rescue.refuse", organisation_id=of, subject=user.id, by=principal, about=user.full_name)


async def _pending(session: AsyncSession, identifier: UUID) -> Rescue:
    query = select(Rescue).where(Rescue.id == identifier).with_for_update(key_share=True)
    rescue = await session.scalar(query, execution_options={"populate_existing": True})
    if rescue is None:
        raise RescueNotFound
    if rescue.state != "pending" or rescue.expires_at <= clock.now():
        raise RescueOver
    return rescue


async def _sole_administrator(session: AsyncSession, user_id: UUID | None) -> tuple[User, Organisation]:
    """The person, locked after the organisation. Of SQP's own and of organisations with other administrators a
    colleague resets the factors."""
    known = await repository.user(session, user_id) if user_id else None
    of = await repository.lock_organisation(session, known.organisation_id) if known else None
    user = await repository.lock_user(session, known.id) if known else None
    if user is None or of is None:
        raise RescueNotFound
    others = [each for each in await repository.users_of(session, of.id) if each.id != user.id]
    if of.kind == "sqp" or not user.is_active_administrator or any(each.is_active_administrator for each in others):
        raise NotSoleAdministrator
    if not user.second_factor:
        raise PersonWithoutFactor
    return user, of
