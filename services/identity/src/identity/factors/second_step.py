"""The second step of a log-in: what the password alone does not open."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import factors as schemas
from api.identity.sign_in import BrowserSession, TokenPair
from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from identity import auth
from identity import repository as people
from identity.api.sessions import opened_for
from identity.dependencies import ClientInfo, ServicesDep, SigningKey
from identity.factors import codes, passkeys, repository, service
from identity.factors.errors import NoPasskey, SecondStepOver, WrongCode
from identity.factors.models import WaitingLogIn
from identity.models import Organisation, User
from identity.service import sessions
from identity.service.sessions import Browser
from web import clock
from web.auth import opaque

router = APIRouter(prefix="/auth/second-step", tags=["sessions"], route_class=UnitOfWorkRoute)


@router.post("", dependencies=[auth.ANYONE_LOGS_IN])
async def take_second_step(
    body: schemas.SecondStep, session: Session, services: ServicesDep, origin: ClientInfo, key: SigningKey
) -> TokenPair | BrowserSession:
    """The code of the application, or a recovery code, opens the session that the password asked for."""
    async with services.database.reader() as reader:
        seen = await repository.waiting_on(reader, opaque.digest(body.second_step), opaque.digest(body.device or ""))
    if seen is None:
        raise SecondStepOver
    # A device that the account knows has attempts of its own.
    limits = services.throttle.second_factor(seen.user_id, body.device if seen.on_device else "")
    await services.throttle.count(limits)
    step, user, of = await _waiting(session, body.second_step)
    if body.passkey:
        await passkeys.shown(session, str(step.id), "second_step", body.passkey, services.settings, user.id)
        factor: str | None = "passkey"
    else:
        factor = await service.accept(session, user, of, body.code or "", services.settings)
    if factor is None:
        service.refuse(session, user, of)
        raise WrongCode
    await session.delete(step)
    browser = Browser(body.session_token, body.device)
    opened = await sessions.open_for(
        session, user, of, step.client, browser, origin, services.settings, remember=step.remember, factor=factor
    )
    await services.throttle.forgive(limits)
    return opened_for(services, opened, key)


@router.post("/passkey", dependencies=[auth.ANYONE_LOGS_IN])
async def ask_for_passkey(
    body: schemas.WaitingLogIn, session: Session, services: ServicesDep
) -> schemas.PasskeyOptions:
    """What a passkey of the person has to sign. 409 ``no_passkey`` where there is none."""
    step, user, _ = await _waiting(session, body.second_step)
    if not await passkeys.has_any(session, user.id):
        raise NoPasskey
    flow, settings = str(step.id), services.settings
    return schemas.PasskeyOptions(options=await passkeys.to_show(session, flow, "second_step", settings, user.id))


@router.post("/application", dependencies=[auth.ANYONE_LOGS_IN])
async def add_application(body: schemas.WaitingLogIn, session: Session, services: ServicesDep) -> schemas.Enrolment:
    """For a person who must have a second factor and has none: the secret, the same until its first right code."""
    step, user, _ = await _waiting(session, body.second_step, has_factor=False)
    secret = await service.begin(session, step.id, user, services.settings)
    return schemas.Enrolment(secret=secret, uri=codes.uri(secret, user.login))


@router.post("/application/confirm", dependencies=[auth.ANYONE_LOGS_IN])
async def confirm_application(
    body: schemas.SecondStep, session: Session, services: ServicesDep, origin: ClientInfo, key: SigningKey
) -> schemas.Enrolled:
    """The application counts from its first right code on, and opens the session that the password asked for."""
    limits = services.throttle.second_factor(opaque.digest(body.second_step))
    await services.throttle.count(limits)
    step, user, of = await _waiting(session, body.second_step, has_factor=False)
    client, remember = step.client, step.remember
    # What waited of the person is over with it.
    made = await service.confirm(session, step.id, user, of, body.code or "", services.settings, user.id)
    await sessions.revoke(session, "factors_changed", clock.now(), of=User.id == user.id)
    browser = Browser(body.session_token, body.device)
    opened = await sessions.open_for(
        session, user, of, client, browser, origin, services.settings, remember=remember, factor="application"
    )
    return schemas.Enrolled(codes=made, session=opened_for(services, opened, key))


async def _waiting(
    session: AsyncSession, token: str, *, has_factor: bool = True
) -> tuple[WaitingLogIn, User, Organisation]:
    """The log-in that waits, locked. Raises SecondStepOver, also where the person may not enter any more, or has got
    or lost a factor meanwhile."""
    found = await repository.waiting(session, opaque.digest(token), clock.now())
    of = await people.organisation(session, found[1].organisation_id) if found else None
    if found is None or of is None or found[1].status != "active" or not of.portal_access:
        raise SecondStepOver
    if found[1].second_factor != has_factor:
        raise SecondStepOver
    return (*found, of)
