"""Sessions: opened by a password, continued by a cookie or a rotating token, ended by their owner or by the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.auth.principal import Principal
from identity import audit, repository, telling, tokens
from identity.errors import LoginRefused, SessionNotFound, SessionOver
from identity.models import Organisation, Session, User
from identity.models.base import Client
from identity.models.sessions import Rotation
from identity.settings import Settings
from identity.tokens import Tokens

DEVICE_LENGTH = 300


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: the client's address and what its user agent calls itself."""

    address: str
    device: str


@dataclass(frozen=True)
class Credentials:
    """What is known of the login that somebody gave; ``user_id`` None when nothing is."""

    user_id: UUID | None
    organisation_id: UUID | None
    password_hash: str | None


async def open_after_password(
    session: AsyncSession,
    known: Credentials,
    *,
    matches: bool,
    renewed: str | None,
    client: Client,
    remember: bool,
    origin: Origin,
    settings: Settings,
) -> tuple[Session, str, Principal]:
    """Opens a session; answers it, the browser's secret (empty for an api client) and who logged in.

    Raises LoginRefused for a wrong password as for a disabled user and a closed portal. The rows are read again under
    lock: the password was verified outside this transaction. Until it matches, an account that exists costs no
    statement more than one that does not. ``renewed`` is a stronger hash of the same password.
    """
    user = await repository.lock_user(session, known.user_id) if matches and known.user_id else None
    of = await repository.organisation(session, user.organisation_id) if user else None
    if user is None or of is None or not _may_enter(user, of, known):
        _audit_refusal(session, known, origin)
        raise LoginRefused
    user.password_hash = renewed or user.password_hash
    secret = tokens.opaque() if client == "browser" else ""
    opened = _opened(user, client, secret, remember, origin, settings)
    session.add(opened)
    await session.flush()
    await _notice_device(session, opened, of)
    audit.record(session, "session.open", organisation_id=of.id, subject=opened.id, by=user.id, address=origin.address)
    return opened, secret, tokens.principal_of(user, of, opened)


async def exchange(session: AsyncSession, secret: str, settings: Settings) -> Principal:
    """Who is behind a browser's cookie. Raises SessionOver."""
    found = await repository.open_session(session, tokens.digest(secret))
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
        telling.session_closed(session, found.id, found.user_id, principal.organisation_id)
        audit.record(session, "session.reuse", organisation_id=principal.organisation_id, subject=found.id)
        raise SessionOver
    return principal, by_tokens.refresh(found.id, found.generation)


async def log_out(session: AsyncSession, found: Session | None) -> None:
    """Ends the session; ending one that is over changes nothing."""
    if found is None or found.revoked_at is not None:
        return
    user = await repository.user(session, found.user_id)
    found.revoke("logout", clock.now())
    assert user is not None
    telling.session_closed(session, found.id, user.id, user.organisation_id)
    audit.record(session, "session.close", organisation_id=user.organisation_id, subject=found.id, by=user.id)


async def end_own(session: AsyncSession, identifier: UUID, actor: Principal) -> None:
    found = await repository.lock_session(session, identifier)
    if found is None or found.user_id != actor.user_id or not found.is_open(clock.now()):
        raise SessionNotFound
    found.revoke("ended", clock.now())
    assert actor.organisation_id is not None
    telling.session_closed(session, found.id, found.user_id, actor.organisation_id)
    audit.record(session, "session.end", organisation_id=actor.organisation_id, subject=found.id, by=actor)


async def _continued(session: AsyncSession, found: Session | None, settings: Settings) -> Principal:
    now = clock.now()
    if found is None or not found.is_open(now):
        raise SessionOver
    user = await repository.user(session, found.user_id)
    of = await repository.organisation(session, user.organisation_id) if user else None
    if user is None or of is None or user.status != "active" or not of.portal_access:
        raise SessionOver
    found.use(now, timedelta(hours=settings.idle_hours))
    return tokens.principal_of(user, of, found)


def _may_enter(user: User, of: Organisation, known: Credentials) -> bool:
    return user.status == "active" and of.portal_access and user.password_hash == known.password_hash


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
        digest=tokens.digest(secret) if secret else None,
        generation=1,
        remember=remember,
        device=origin.device[:DEVICE_LENGTH],
        address=origin.address,
        last_used_at=now,
        expires_at=now + lasts,
    )


async def _notice_device(session: AsyncSession, opened: Session, of: Organisation) -> None:
    """Tells of a device that the person was not seen on before; the very first is no news."""
    is_new, had_any = await repository.see_device(session, opened.user_id, tokens.digest(opened.device))
    if is_new and had_any:
        telling.new_device(session, opened, of.id, clock.now())
