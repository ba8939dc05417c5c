"""Activation, sign-up and forgotten passwords: what is asked before there is a session."""

from __future__ import annotations

from fastapi import APIRouter

from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from chassis.messaging import outbox
from chassis.sql import AnyRow
from identity import auth, queries, tokens
from identity.errors import LinkInvalid
from identity.models.base import Purpose
from identity.passwords import refuse_weak
from identity.resources import From, Kit, Resources
from identity.schemas import sign_in as schemas
from identity.service import accounts
from identity.tasks import SEND_RESET_LINKS, SIGN_UP

router = APIRouter(prefix="/auth", tags=["accounts"], route_class=UnitOfWorkRoute)


@router.post("/register", status_code=202, dependencies=[auth.ANYONE_ASKS])
async def register(body: schemas.Register, session: Session, kit: Kit, origin: From) -> schemas.Accepted:
    """An end client asks for an account. The link goes to the address on file, or its reseller decides; the answer
    is the same whatever the case."""
    await kit.throttle.count(kit.throttle.mail(body.contract_number, origin.address))
    outbox.add_job(session, SIGN_UP, **body.model_dump())
    return schemas.Accepted()


@router.post("/activation", dependencies=[auth.ANYONE_WITH_A_LINK])
async def show_activation(body: schemas.LinkToFollow, kit: Kit, origin: From) -> schemas.Activation:
    """Whose account the link activates. Looking does not use it up."""
    await kit.throttle.count(kit.throttle.link(origin.address))
    return schemas.Activation.model_validate(await _link(kit, body.token, accounts.ACCOUNT_PURPOSES))


@router.post("/activate", dependencies=[auth.ANYONE_WITH_A_LINK])
async def activate(body: schemas.Activate, session: Session, kit: Kit, origin: From) -> schemas.Activated:
    """Chooses the password, and the log-in and names where they are given. Good once."""
    await kit.throttle.count(kit.throttle.link(origin.address))
    link = await _link(kit, body.token, accounts.ACCOUNT_PURPOSES)
    password = body.password.get_secret_value()
    refuse_weak(password, login=body.login or link.login, email=link.email)
    password_hash = await kit.passwords.hash(password)
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
async def forgot_password(body: schemas.Forgot, session: Session, kit: Kit, origin: From) -> schemas.Accepted:
    """Sends a link, good once for 30 minutes, if there is such an account; the answer is the same if there is none."""
    await kit.throttle.count(kit.throttle.mail(body.login, origin.address))
    outbox.add_job(session, SEND_RESET_LINKS, login=body.login)
    return schemas.Accepted()


@router.post("/password/link", dependencies=[auth.ANYONE_WITH_A_LINK])
async def show_recovery(body: schemas.LinkToFollow, kit: Kit, origin: From) -> schemas.Recovery:
    """Whose password the link changes. Looking does not use it up."""
    await kit.throttle.count(kit.throttle.link(origin.address))
    return schemas.Recovery.model_validate(await _link(kit, body.token, ("password_reset",)))


@router.post("/password/reset", dependencies=[auth.ANYONE_WITH_A_LINK])
async def reset_password(body: schemas.Reset, session: Session, kit: Kit, origin: From) -> schemas.Activated:
    """Chooses another password; ends every session of the person."""
    await kit.throttle.count(kit.throttle.link(origin.address))
    link = await _link(kit, body.token, ("password_reset",))
    password = body.password.get_secret_value()
    refuse_weak(password, login=link.login, email=link.email)
    user = await accounts.reset_password(session, body.token, await kit.passwords.hash(password))
    return schemas.Activated(login=user.login)


async def _link(kit: Resources, token: str, purposes: tuple[Purpose, ...]) -> AnyRow:
    """Looked up before the costly hash; taken for good, under lock, after it."""
    async with kit.database.reader() as reader:
        row = await queries.link(reader, tokens.digest(token), purposes)
    if row is None:
        raise LinkInvalid
    return row
