"""Logging in and out, and one's open sessions."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from joserfc.jwk import OKPKey

from api.identity import sign_in as schemas
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.messaging import outbox
from identity import auth, queries, repository
from identity.dependencies import ClientInfo, Services, ServicesDep, SigningKey
from identity.errors import LogInByMail, LoginRefused
from identity.factors.errors import SecondFactorNeeded, SecondFactorToAdd
from identity.service import sessions
from identity.service.sessions import Browser, Credentials, Opened
from identity.tasks import SEND_RESET_LINKS
from web.auth import opaque

router = APIRouter(tags=["sessions"], route_class=UnitOfWorkRoute)


@router.post("/auth/login", dependencies=[auth.ANYONE_LOGS_IN])
async def log_in(
    body: schemas.LogIn, session: Session, services: ServicesDep, origin: ClientInfo, key: SigningKey
) -> schemas.TokenPair | schemas.BrowserSession:
    """An api client gets tokens, a browser's gateway an opaque session token for the cookie. A person who has a second
    factor gets 401 ``second_factor_needed`` and goes on with ``POST /auth/second-step``; 401
    ``second_factor_to_add`` where the organisation asks for one and the person has none."""
    known = await _credentials(services, body.login, body.device)
    account = str(known.user_id or body.login)
    limits = services.throttle.login(
        account, body.login, origin.address, (body.device or "") if known.on_device else ""
    )
    await services.throttle.count(limits)
    if not known.on_device and await services.throttle.is_full(services.throttle.guesses(account)):
        if await services.throttle.allows(services.throttle.by_mail(account)):
            outbox.add_job(session, SEND_RESET_LINKS, login=body.login)
        raise LogInByMail
    password = body.password.get_secret_value()
    matches = await services.passwords.verify(known.password_hash, password)
    renewed = await services.passwords.renewed(known.password_hash, password) if matches else None
    try:
        opened = await sessions.open_after_password(
            session,
            known,
            matches=matches,
            renewed=renewed,
            client=body.client,
            browser=Browser(body.session_token, body.device),
            remember=body.remember,
            origin=origin,
            settings=services.settings,
        )
    except LoginRefused:
        if not known.on_device:
            await services.throttle.failed(account)
        raise
    except (SecondFactorNeeded, SecondFactorToAdd):
        await services.throttle.forgive(limits)
        raise
    await services.throttle.forgive(limits)
    return opened_for(services, opened, key)


@router.post("/auth/exchange", dependencies=[auth.ANYONE_LOGS_IN])
async def exchange(
    body: schemas.Exchange, session: Session, services: ServicesDep, key: SigningKey
) -> schemas.AccessToken:
    """A short access token for the person behind a browser session."""
    principal = await sessions.exchange(session, body.session_token, services.settings)
    access = services.tokens.access(principal, key)
    return schemas.AccessToken(access_token=access.token, expires_in=access.lifetime)


@router.post("/auth/refresh", dependencies=[auth.ANYONE_LOGS_IN])
async def refresh(body: schemas.Refresh, session: Session, services: ServicesDep, key: SigningKey) -> schemas.TokenPair:
    """Rotates the refresh token. A token that was used before ends the session, save within 10 s of its use."""
    principal, following = await sessions.refresh(session, body.refresh_token, services.tokens, services.settings)
    access = services.tokens.access(principal, key)
    return schemas.TokenPair(access_token=access.token, expires_in=access.lifetime, refresh_token=following)


@router.post("/auth/logout", status_code=204, dependencies=[auth.ANYONE_LOGS_IN])
async def log_out(body: schemas.LogOut, session: Session, services: ServicesDep) -> None:
    """Ends the session; an unknown or ended one is as good as ended."""
    if body.session_token is not None:
        found = await repository.open_session(session, opaque.digest(body.session_token))
    else:
        read = services.tokens.read_refresh(body.refresh_token or "")
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


@router.delete("/sessions", status_code=204)
async def end_other_sessions(principal: auth.Person, session: Session) -> None:
    """Ends one's own sessions but the one that asks."""
    await sessions.end_others(session, principal)


@router.delete("/sessions/{identifier}", status_code=204)
async def end_session(identifier: UUID, principal: auth.Person, session: Session) -> None:
    """Ends one of one's own sessions; its access token is out within a minute."""
    await sessions.end_own(session, identifier, principal)


def opened_for(services: Services, opened: Opened, key: OKPKey) -> schemas.TokenPair | schemas.BrowserSession:
    """What a log-in answers in the end."""
    if opened.session.client == "browser":
        return schemas.BrowserSession(
            session_token=opened.secret,
            max_age=services.settings.remember_days * 86_400 if opened.session.remember else None,
            device_token=opened.device,
            device_max_age=services.settings.device_days * 86_400,
        )
    access = services.tokens.access(opened.principal, key)
    refresh_token = services.tokens.refresh(opened.session.id, opened.session.generation)
    return schemas.TokenPair(access_token=access.token, expires_in=access.lifetime, refresh_token=refresh_token)


async def _credentials(services: Services, login: str, device: str | None) -> Credentials:
    async with services.database.reader() as reader:
        row = await queries.credentials(reader, login, opaque.digest(device or ""))
    return Credentials(*row) if row else Credentials(None, None, None)
