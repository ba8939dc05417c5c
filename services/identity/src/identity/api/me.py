"""One's own profile and password. A basic user changes these too."""

from __future__ import annotations

from fastapi import APIRouter, Response

from chassis.http import idempotency
from chassis.http.preconditions import IfMatch, set_etag
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, queries
from identity.errors import UserNotFound, WrongPassword
from identity.passwords import refuse_weak
from identity.resources import Kit
from identity.schemas import organisations, people
from identity.service import people as service

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
    body: people.MePatch, principal: auth.Person, precondition: IfMatch, session: Session, response: Response
) -> people.Me:
    wanted = body.model_dump(exclude_none=True)
    user, of = await service.change_own(session, wanted, principal, precondition)
    return _me(people.User.model_validate(user), organisations.Organisation.model_validate(of), response)


@router.post("/password", status_code=204, dependencies=[idempotency.Documented])
async def change_password(body: people.PasswordChange, principal: auth.Person, session: Session, kit: Kit) -> None:
    """Ends one's other sessions."""
    await kit.throttle.count([kit.throttle.account(str(principal.user_id))])
    async with kit.database.reader() as reader:
        known = await queries.password_hash(reader, principal.user_id)
    matches = await kit.passwords.verify(known.password_hash if known else None, body.current.get_secret_value())
    if known is None or not matches:
        raise WrongPassword
    new = body.new.get_secret_value()
    refuse_weak(new, login=known.login, email=known.email)
    password_hash = await kit.passwords.hash(new)
    await service.change_password(session, principal, known.password_hash, password_hash, matches=matches)


def _me(user: people.User, of: organisations.Organisation, response: Response) -> people.Me:
    """The version counts the changes of both, so that an answer with a new organisation's name is a new one."""
    version = service.version_of_profile(user.version, of.version)
    set_etag(response, version)
    return people.Me(**{**user.model_dump(), "version": version}, organisation=of)
