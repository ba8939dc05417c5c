"""One's own profile and password. A basic user changes these too."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Response
from pydantic import SecretStr

from api.identity import organisations, people
from chassis.http import idempotency
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, queries
from identity.dependencies import Services, ServicesDep
from identity.errors import UserNotFound, WrongPassword
from identity.service import actors, email_changes
from identity.service import people as service
from web.auth.principal import Principal
from web.http.preconditions import IfMatch, set_etag

router = APIRouter(prefix="/me", tags=["me"], route_class=UnitOfWorkRoute)


@router.get("")
async def get_me(principal: auth.Person, reader: Reader, response: Response) -> people.Me:
    assert principal.user_id is not None
    row = await queries.user(reader, principal.user_id, principal.organisation_id)
    of = await queries.organisation(reader, principal.organisation_id)
    if row is None or of is None:
        raise UserNotFound
    return _me(people.User.model_validate(row), organisations.Organisation.model_validate(of), response)


@router.patch("")
async def change_me(
    body: people.MePatch,
    principal: auth.PersonWithPassword,
    precondition: IfMatch,
    session: Session,
    services: ServicesDep,
    response: Response,
) -> people.Me:
    """Another log-in or e-mail address wants the current password, or a log-in of the last minutes. The address counts
    once the link to it is followed; until then it is ``pending_email``."""
    wanted = body.model_dump(exclude_none=True, exclude={"current_password"})
    proven = await _proven(services, principal, body.current_password)
    fresh = timedelta(minutes=services.settings.fresh_minutes)
    async with services.throttle.asking_for_a_login(principal.user_id, body.login):
        user, of = await service.change_own(
            session, wanted, principal, precondition, services.links, proven=proven, fresh=fresh
        )
    return _me(people.User.model_validate(user), organisations.Organisation.model_validate(of), response)


@router.post("/pending-email/link", status_code=202, dependencies=[idempotency.Documented])
async def send_email_link_again(principal: auth.Person, session: Session, services: ServicesDep) -> None:
    """Sends the link to the address that waits again; the ones before are good no more."""
    await email_changes.send_again(session, principal, services.links)


@router.delete("/pending-email", status_code=204)
async def cancel_email_change(principal: auth.Person, session: Session) -> None:
    """The address that counts stays; the link to the other is good no more."""
    await email_changes.cancel(session, principal)


@router.post("/password", status_code=204, dependencies=[idempotency.Documented])
async def change_password(
    body: people.PasswordChange, principal: auth.PersonWithPassword, session: Session, services: ServicesDep
) -> None:
    """Ends one's other sessions."""
    await services.throttle.count(services.throttle.reauthentication(principal.session_id))
    async with services.database.reader() as reader:
        known = await queries.password_hash(reader, principal.user_id)
    matches = await services.passwords.verify(known.password_hash if known else None, body.current.get_secret_value())
    if known is None or not matches:
        await actors.lock(session, principal)
        raise WrongPassword
    new = body.new.get_secret_value()
    names = (known.first_name, known.last_name, known.organisation)
    await services.passwords.refuse_weak(new, login=known.login, email=known.email, names=names)
    password_hash = await services.passwords.hash(new)
    await service.change_password(session, principal, known.password_hash, password_hash, matches=matches)


async def _proven(services: Services, principal: Principal, password: SecretStr | None) -> str | None:
    """The hash that the current password was verified against; None where none was given. Raises WrongPassword."""
    if password is None:
        return None
    await services.throttle.count(services.throttle.reauthentication(principal.session_id))
    async with services.database.reader() as reader:
        known = await queries.password_hash(reader, principal.user_id)
    if known is None or not await services.passwords.verify(known.password_hash, password.get_secret_value()):
        raise WrongPassword
    await services.throttle.forgive(services.throttle.reauthentication(principal.session_id))
    return str(known.password_hash)


def _me(user: people.User, of: organisations.Organisation, response: Response) -> people.Me:
    """The version counts the changes of both, so that an answer with a new organisation's name is a new one."""
    version = service.version_of_profile(user.version, of.version)
    set_etag(response, version)
    return people.Me(**{**user.model_dump(), "version": version}, organisation=of)
