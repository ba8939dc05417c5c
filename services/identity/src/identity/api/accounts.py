"""Activation, sign-up and forgotten passwords: what is asked before there is a session."""

from __future__ import annotations

from fastapi import APIRouter

from api.identity import sign_in as schemas
from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from chassis.messaging import outbox
from chassis.sql import AnyRow
from identity import auth, queries
from identity.dependencies import ClientInfo, Services, ServicesDep
from identity.errors import LinkInvalid
from identity.models.base import ACCOUNT_PURPOSES, Purpose
from identity.service import accounts, email_changes, recovery
from identity.tasks import SEND_LINK_AGAIN, SEND_RESET_LINKS, SIGN_UP
from web.auth import opaque

router = APIRouter(prefix="/auth", tags=["accounts"], route_class=UnitOfWorkRoute)


@router.post("/register", status_code=202, dependencies=[auth.ANYONE_ASKS])
async def register(
    body: schemas.Register, session: Session, services: ServicesDep, origin: ClientInfo
) -> schemas.Accepted:
    """An end client asks for an account. The link goes to the address on file, or its reseller decides; the answer
    is the same whatever the case."""
    await services.throttle.count(services.throttle.sign_up(body.contract_number, origin.address))
    outbox.add_job(session, SIGN_UP, **body.model_dump())
    return schemas.Accepted()


@router.post("/activation", dependencies=[auth.ANYONE_WITH_A_LINK])
async def show_activation(body: schemas.LinkToFollow, services: ServicesDep, origin: ClientInfo) -> schemas.Activation:
    """Whose account the link activates. Looking does not use it up."""
    await services.throttle.count(services.throttle.link(origin.address))
    return schemas.Activation.model_validate(await _link(services, body.token, ACCOUNT_PURPOSES))


@router.post("/activation/again", status_code=202, dependencies=[auth.ANYONE_WITH_A_LINK])
async def send_again(
    body: schemas.LinkToFollow, session: Session, services: ServicesDep, origin: ClientInfo
) -> schemas.Accepted:
    """An invitation whose link is over is sent again to the person's address, while the account waits for its first
    password; the answer is the same if it does not."""
    await services.throttle.count(services.throttle.ask(origin.address))
    outbox.add_job(session, SEND_LINK_AGAIN, digest=opaque.digest(body.token))
    return schemas.Accepted()


@router.post("/activate", dependencies=[auth.ANYONE_WITH_A_LINK])
async def activate(
    body: schemas.Activate, session: Session, services: ServicesDep, origin: ClientInfo
) -> schemas.Activated:
    """Chooses the password, and the log-in and names where they are given. Good once."""
    await services.throttle.count(services.throttle.link(origin.address))
    link = await _link(services, body.token, ACCOUNT_PURPOSES)
    password = body.password.get_secret_value()
    chosen = (body.first_name or link.first_name, body.last_name or link.last_name, link.organisation)
    await services.passwords.refuse_weak(password, login=body.login or link.login, email=link.email, names=chosen)
    password_hash = await services.passwords.hash(password)
    async with services.throttle.asking_for_a_login(link.user_id, body.login):
        user = await accounts.activate(
            session,
            body.token,
            password_hash,
            login=body.login,
            first_name=body.first_name,
            last_name=body.last_name,
        )
    return schemas.Activated(login=user.login)


@router.post("/password/forgot", status_code=202, dependencies=[auth.ANYONE_ASKS])
async def forgot_password(
    body: schemas.Forgot, session: Session, services: ServicesDep, origin: ClientInfo
) -> schemas.Accepted:
    """Sends a link, good once for 30 minutes, if there is such an account, or the invitation again if it waits for its
    first password; the answer is the same if there is none."""
    await services.throttle.count(services.throttle.ask(origin.address))
    outbox.add_job(session, SEND_RESET_LINKS, login=body.login)
    return schemas.Accepted()


@router.post("/password/link", dependencies=[auth.ANYONE_WITH_A_LINK])
async def show_recovery(body: schemas.LinkToFollow, services: ServicesDep, origin: ClientInfo) -> schemas.Recovery:
    """Whose password the link changes, and which e-mail address it puts back. Looking does not use it up."""
    await services.throttle.count(services.throttle.link(origin.address))
    return schemas.Recovery.model_validate(await _link(services, body.token, recovery.PURPOSES))


@router.post("/password/reset", dependencies=[auth.ANYONE_WITH_A_LINK])
async def reset_password(
    body: schemas.Reset, session: Session, services: ServicesDep, origin: ClientInfo
) -> schemas.Activated:
    """Chooses another password; ends every session of the person. The link that was sent with the word of another
    e-mail address puts the one before back."""
    await services.throttle.count(services.throttle.link(origin.address))
    link = await _link(services, body.token, recovery.PURPOSES)
    password = body.password.get_secret_value()
    names = (link.first_name, link.last_name, link.organisation)
    await services.passwords.refuse_weak(password, login=link.login, email=link.email, names=names)
    user = await recovery.reset_password(session, body.token, await services.passwords.hash(password))
    # They were guesses at the password before; an unknown device that went by e-mail may log in now.
    await services.throttle.forgive((services.throttle.guesses(str(user.id)),))
    return schemas.Activated(login=user.login)


@router.post("/email/link", dependencies=[auth.ANYONE_WITH_A_LINK])
async def show_email_change(
    body: schemas.LinkToFollow, services: ServicesDep, origin: ClientInfo
) -> schemas.EmailChange:
    """Whose address the link confirms. Looking does not use it up."""
    await services.throttle.count(services.throttle.link(origin.address))
    return schemas.EmailChange.model_validate(await _link(services, body.token, ("email_change",)))


@router.post("/email/confirm", dependencies=[auth.ANYONE_WITH_A_LINK])
async def confirm_email(
    body: schemas.LinkToFollow, session: Session, services: ServicesDep, origin: ClientInfo
) -> schemas.EmailConfirmed:
    """The address counts from now on. Good once, whether or not the person is logged in."""
    await services.throttle.count(services.throttle.link(origin.address))
    user = await email_changes.confirm(session, body.token)
    return schemas.EmailConfirmed(user_id=user.id, login=user.login, email=user.email)


async def _link(services: Services, token: str, purposes: tuple[Purpose, ...]) -> AnyRow:
    """Looked up before the costly hash; taken for good, under lock, after it."""
    async with services.database.reader() as reader:
        row = await queries.link(reader, opaque.digest(token), purposes)
    if row is None:
        raise LinkInvalid
    return row
