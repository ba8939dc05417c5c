"""Sessions: opened by a password, continued by a cookie or a rotating token, ended by their owner or by the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity.common import Client
from chassis import audit
from chassis.messaging import outbox
from identity import event_mapper, repository, tokens
from identity.errors import LoginRefused, SessionNotFound, SessionOver
from identity.factors import repository as factors
from identity.factors.errors import SecondFactorNeeded, SecondFactorToAdd
from identity.factors.models import WaitingLogIn
from identity.models import Organisation, Session, User
from identity.models.sessions import Rotation
from identity.settings import Settings
from identity.tokens import Tokens
from web import clock
from web.auth import opaque
from web.auth.principal import Principal
from web.networks import network

DEVICE_LENGTH = 300


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: the client's address and what its user agent calls itself."""

    address: str
    device: str


@dataclass(frozen=True)
class Credentials:
    """What is known of the login that was given; ``user_id`` None when nothing is. ``on_device``: the account was
    opened on that device before."""

    user_id: UUID | None
    organisation_id: UUID | None
    password_hash: str | None
    on_device: bool = False


@dataclass(frozen=True)
class Browser:
    """The cookies that a browser sent with the log-in: of a session that it leaves, and of the device that it is."""

    session: str | None = None
    device: str | None = None


@dataclass(frozen=True)
class Opened:
    """``secret`` and ``device`` are a browser's cookies, empty for a program."""

    session: Session
    principal: Principal
    secret: str
    device: str


async def open_after_password(
    session: AsyncSession,
    known: Credentials,
    *,
    matches: bool,
    renewed: str | None,
    client: Client,
    browser: Browser,
    remember: bool,
    origin: Origin,
    settings: Settings,
) -> Opened:
    """Opens a session, and ends the one that the browser had and those beyond the person's share.

    Raises LoginRefused for a wrong password as for a disabled user and a closed portal, SecondFactorNeeded where the
    person has one, SecondFactorToAdd where the organisation asks for one: nothing is open then. The rows are read
    again under lock: the password was verified outside this transaction. Until it matches, an account that exists costs
    no statement more than one that does not. ``renewed`` is a stronger hash of the same password.
    """
    user = await repository.lock_user(session, known.user_id) if matches and known.user_id else None
    of = await repository.organisation(session, user.organisation_id) if user else None
    if user is None or of is None or not _may_enter(user, of, known):
        _audit_refusal(session, known, origin)
        raise LoginRefused
    user.password_hash = renewed or user.password_hash
    if user.second_factor or of.second_factor_required:
        raise await _second_step(session, user, client, settings, remember=remember)
    return await open_for(session, user, of, client, browser, origin, settings, remember=remember)


async def open_for(
    session: AsyncSession,
    user: User,
    of: Organisation,
    client: Client,
    browser: Browser,
    origin: Origin,
    settings: Settings,
    *,
    remember: bool,
    **recorded: str,
) -> Opened:
    """Opens a session for a locked person who has proven everything that is asked. ``recorded`` goes on record."""
    secret = opaque.token() if client == "browser" else ""
    opened = _opened(user, client, secret, remember, origin, settings)
    session.add(opened)
    await session.flush()
    if client == "browser" and browser.session:
        await log_out(session, await repository.open_session(session, opaque.digest(browser.session)))
    most = settings.sessions_per_person
    for over in await repository.sessions_beyond(session, user, client, most, opened.created_at):
        over.revoke("too_many", opened.created_at)
        outbox.add(session, event_mapper.session_closed(over.id, user.id, user.organisation_id))
    device = await _device(session, opened, browser.device, origin)
    await _notice_device(session, opened, of, device)
    audit.record(
        session,
        "session.open",
        organisation_id=of.id,
        subject=opened.id,
        by=user.id,
        **recorded,
        **_place(opened),
    )
    return Opened(opened, tokens.principal_of(user, of, opened), secret, device if client == "browser" else "")


async def exchange(session: AsyncSession, secret: str, settings: Settings) -> Principal:
    """Who is behind a browser's cookie. Raises SessionOver."""
    found = await repository.open_session(session, opaque.digest(secret))
    return await _continued(session, found, settings)


async def refresh(session: AsyncSession, token: str, by_tokens: Tokens, settings: Settings) -> tuple[Principal, str]:
    """Who is behind a refresh token, and the next one. Raises SessionOver; a reused token ends the session."""
    read = by_tokens.read_refresh(token)
    if read is None:
        raise SessionOver
    identifier, generation = read
    found = await repository.lock_session(session, identifier)
    principal = await _continued(session, found, settings)
    assert found is not None
    grace = timedelta(seconds=settings.refresh_grace_seconds)
    if found.rotate(generation, clock.now(), grace) is Rotation.REUSED:
        found.revoke("reuse", clock.now())
        assert principal.organisation_id is not None
        outbox.add(session, event_mapper.session_closed(found.id, found.user_id, principal.organisation_id))
        audit.record(
            session, "session.reuse", organisation_id=principal.organisation_id, subject=found.id, **_place(found)
        )
        raise SessionOver
    return principal, by_tokens.refresh(found.id, found.generation)


async def log_out(session: AsyncSession, found: Session | None) -> None:
    """Ends the session; ending one that is over changes nothing."""
    if found is None or found.revoked_at is not None:
        return
    user = await repository.user(session, found.user_id)
    found.revoke("logout", clock.now())
    assert user is not None
    outbox.add(session, event_mapper.session_closed(found.id, user.id, user.organisation_id))
    of = user.organisation_id
    audit.record(session, "session.close", organisation_id=of, subject=found.id, by=user.id, **_place(found))


async def end_own(session: AsyncSession, identifier: UUID, principal: Principal) -> None:
    found = await repository.lock_session(session, identifier)
    if found is None or found.user_id != principal.user_id or not found.is_open(clock.now()):
        raise SessionNotFound
    found.revoke("ended", clock.now())
    assert principal.organisation_id is not None
    outbox.add(session, event_mapper.session_closed(found.id, found.user_id, principal.organisation_id))
    of = principal.organisation_id
    audit.record(session, "session.end", organisation_id=of, subject=found.id, by=principal, **_place(found))


async def end_others(session: AsyncSession, principal: Principal) -> None:
    """Every session of the person but the one that asks."""
    of = User.id == principal.user_id
    await revoke(session, "ended", clock.now(), of=of, but=principal.session_id)
    own, name = principal.organisation_id, principal.name
    audit.record(
        session, "session.end_others", organisation_id=own, subject=principal.subject, by=principal, about=name
    )


async def revoke(
    session: AsyncSession, because: str, now: datetime, *, of: ColumnElement[bool], but: UUID | None = None
) -> None:
    """Ends every open session of the users that ``of`` selects, except ``but``, and their log-ins that wait for a
    second factor."""
    await factors.drop_waiting(session, of)
    for row in await repository.revoke_sessions(session, because, now, of=of, but=but):
        outbox.add(session, event_mapper.session_closed(row.id, row.user_id, row.organisation_id))


async def _continued(session: AsyncSession, found: Session | None, settings: Settings) -> Principal:
    now = clock.now()
    if found is None or not found.is_open(now):
        raise SessionOver
    user = await repository.user(session, found.user_id)
    of = await repository.organisation(session, user.organisation_id) if user else None
    if user is None or of is None or user.status != "active" or not of.portal_access:
        raise SessionOver
    if of.second_factor_required and not user.second_factor:
        raise SessionOver
    found.use(now, timedelta(hours=settings.idle_hours), timedelta(days=settings.longest_session_days))
    return tokens.principal_of(user, of, found)


async def _second_step(
    session: AsyncSession, user: User, client: Client, settings: Settings, *, remember: bool
) -> SecondFactorNeeded | SecondFactorToAdd:
    """The log-in waits for the second factor, or until the person has added one; the answer that carries its token."""
    token, refusal = opaque.token(), SecondFactorNeeded if user.second_factor else SecondFactorToAdd
    minutes = settings.second_step_minutes if user.second_factor else settings.enrolment_minutes
    lasts = timedelta(minutes=minutes)
    expires_at = clock.now() + lasts
    waiting = WaitingLogIn(user_id=user.id, client=client, remember=remember, expires_at=expires_at)
    waiting.digest = opaque.digest(token)
    session.add(waiting)
    return refusal(second_step=token, expires_in=int(lasts.total_seconds()))


def _may_enter(user: User, of: Organisation, known: Credentials) -> bool:
    return user.status == "active" and of.portal_access and user.password_hash == known.password_hash


def _place(of: Session) -> dict[str, Any]:
    """Where a session is open, for the audit trail: its id says nothing to people."""
    return {"device": of.device, "address": of.address}


def _audit_refusal(session: AsyncSession, known: Credentials, origin: Origin) -> None:
    """What was typed is not kept: people type passwords into the wrong field."""
    subject = known.user_id or "unknown"
    of = known.organisation_id
    audit.record(session, "session.refuse", organisation_id=of, subject=subject, address=origin.address)


def _opened(user: User, client: Client, secret: str, remember: bool, origin: Origin, settings: Settings) -> Session:
    now: datetime = clock.now()
    lasts = timedelta(days=settings.remember_days) if remember else timedelta(hours=settings.idle_hours)
    return Session(
        id=uuid4(),
        user_id=user.id,
        client=client,
        digest=opaque.digest(secret) if secret else None,
        generation=1,
        remember=remember,
        device=origin.device[:DEVICE_LENGTH],
        address=origin.address,
        created_at=now,
        last_used_at=now,
        expires_at=now + lasts,
    )


async def _device(session: AsyncSession, opened: Session, cookie: str | None, origin: Origin) -> str:
    """What tells the device from others: a browser's cookie, made here; a program's user agent and network."""
    if opened.client == "api":
        return f"{origin.device}\0{network(origin.address)}"
    if cookie and await repository.is_device(session, opaque.digest(cookie)):
        return cookie
    return opaque.token()


async def _notice_device(session: AsyncSession, opened: Session, of: Organisation, device: str) -> None:
    """Tells of a device that the person was not seen on before; the very first is no news."""
    is_new, had_any = await repository.see_device(session, opened.user_id, opaque.digest(device))
    if is_new and had_any:
        outbox.add(session, event_mapper.logged_in_from_new_device(opened, of.id, clock.now()))
