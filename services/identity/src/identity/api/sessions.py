"""Logging in and out, and one's open sessions."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, queries, repository, throttling, tokens
from identity.resources import From, Kit, Resources, SigningKey
from identity.schemas import sign_in as schemas
from identity.service import sessions
from identity.service.sessions import Credentials

router = APIRouter(tags=["sessions"], route_class=UnitOfWorkRoute)


@router.post("/auth/login", dependencies=[auth.ANYONE_LOGS_IN])
async def log_in(
    body: schemas.LogIn, session: Session, kit: Kit, origin: From, key: SigningKey
) -> schemas.TokenPair | schemas.BrowserSession:
    """An api client gets tokens, a browser's gateway an opaque session token for the cookie."""
    buckets = kit.throttle.login(body.login, origin.address)
    await kit.throttle.count(buckets)
    known = await _credentials(kit, body.login)
    password = body.password.get_secret_value()
    matches = await kit.passwords.verify(known.password_hash, password)
    renewed = await kit.passwords.renewed(known.password_hash, password) if matches else None
    opened, secret, principal = await sessions.open_after_password(
        session,
        known,
        matches=matches,
        renewed=renewed,
        client=body.client,
        remember=body.remember,
        origin=origin,
        settings=kit.settings,
    )
    await throttling.forgive(session, buckets)
    if opened.client == "browser":
        max_age = kit.settings.remember_days * 86_400 if body.remember else None
        return schemas.BrowserSession(session_token=secret, max_age=max_age)
    access = kit.tokens.access(principal, key)
    refresh_token = kit.tokens.refresh(opened.id, opened.generation)
    return schemas.TokenPair(access_token=access.token, expires_in=access.lifetime, refresh_token=refresh_token)


@router.post("/auth/exchange", dependencies=[auth.ANYONE_LOGS_IN])
async def exchange(body: schemas.Exchange, session: Session, kit: Kit, key: SigningKey) -> schemas.AccessToken:
    """A short access token for the person behind a browser session."""
    principal = await sessions.exchange(session, body.session_token, kit.settings)
    access = kit.tokens.access(principal, key)
    return schemas.AccessToken(access_token=access.token, expires_in=access.lifetime)


@router.post("/auth/refresh", dependencies=[auth.ANYONE_LOGS_IN])
async def refresh(body: schemas.Refresh, session: Session, kit: Kit, key: SigningKey) -> schemas.TokenPair:
    """Rotates the refresh token. A token that was used before ends the session, save within 10 s of its use."""
    principal, following = await sessions.refresh(session, body.refresh_token, kit.tokens, kit.settings)
    access = kit.tokens.access(principal, key)
    return schemas.TokenPair(access_token=access.token, expires_in=access.lifetime, refresh_token=following)


@router.post("/auth/logout", status_code=204, dependencies=[auth.ANYONE_LOGS_IN])
async def log_out(body: schemas.LogOut, session: Session, kit: Kit) -> None:
    """Ends the session; an unknown or ended one is as good as ended."""
    if body.session_token is not None:
        found = await repository.open_session(session, tokens.digest(body.session_token))
    else:
        read = kit.tokens.read_refresh(body.refresh_token or "")
        found = await repository.lock_session(session, read[0]) if read else None
    await sessions.log_out(session, found)


@router.get("/sessions")
async def list_sessions(principal: auth.Person, reader: Reader) -> schemas.OpenSessions:
    """One's own open sessions, latest use first."""
    rows = await queries.sessions(reader, principal.user_id)
    items = [schemas.OpenSession.model_validate(row) for row in rows]
    for item in items:
        item.current = item.id == principal.session_id
    return schemas.OpenSessions(items=items)


@router.delete("/sessions/{identifier}", status_code=204)
async def end_session(identifier: UUID, principal: auth.Person, session: Session) -> None:
    """Ends one of one's own sessions; its access token is out within a minute."""
    await sessions.end_own(session, identifier, principal)


async def _credentials(kit: Resources, login: str) -> Credentials:
    async with kit.database.reader() as reader:
        row = await queries.credentials(reader, login)
    return Credentials(row.id, row.organisation_id, row.password_hash) if row else Credentials(None, None, None)
