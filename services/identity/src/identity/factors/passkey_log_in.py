"""A log-in by a passkey alone: the device that holds it verifies the person."""

from __future__ import annotations

from fastapi import APIRouter

from api.identity import factors as schemas
from api.identity.sign_in import BrowserSession, TokenPair
from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from identity import auth, repository
from identity.api.sessions import opened_for
from identity.dependencies import ClientInfo, ServicesDep, SigningKey
from identity.errors import LoginRefused
from identity.factors import passkeys
from identity.service import sessions
from identity.service.sessions import Browser
from web.auth import opaque

router = APIRouter(prefix="/auth/passkey", tags=["sessions"], route_class=UnitOfWorkRoute)


@router.post("/options", dependencies=[auth.ANYONE_LOGS_IN])
async def begin(session: Session, services: ServicesDep, origin: ClientInfo) -> schemas.PasskeyOptions:
    """What any passkey of the site has to sign, and the token that goes with the answer, good once for 5 minutes."""
    await services.throttle.count(services.throttle.passkey(origin.address))
    token = opaque.token()
    options = await passkeys.to_show(session, opaque.digest(token), "log_in", services.settings)
    return schemas.PasskeyOptions(options=options, challenge=token)


@router.post("", dependencies=[auth.ANYONE_LOGS_IN])
async def log_in_by_passkey(
    body: schemas.PasskeyLogIn, session: Session, services: ServicesDep, origin: ClientInfo, key: SigningKey
) -> TokenPair | BrowserSession:
    """Opens a session as a password and a code do. 409 ``passkey_refused``; 401 ``login_refused`` where the person may
    not enter."""
    await services.throttle.count(services.throttle.passkey(origin.address))
    flow, settings = opaque.digest(body.challenge), services.settings
    user_id = await passkeys.shown(session, flow, "log_in", body.credential, settings)
    user = await repository.lock_user(session, user_id)
    of = await repository.organisation(session, user.organisation_id) if user else None
    if user is None or of is None or user.status != "active" or not of.portal_access:
        raise LoginRefused
    browser = Browser(body.session_token, body.device)
    opened = await sessions.open_for(
        session, user, of, body.client, browser, origin, settings, remember=body.remember, factor="passkey"
    )
    return opened_for(services, opened, key)
