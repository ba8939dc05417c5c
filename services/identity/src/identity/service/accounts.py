"""Accounts come to be: invited by a link, activated by choosing a password, recovered by another link."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.i18n import Language
from events import Role
from events.identity import LinkPurpose
from identity import audit, links, repository, telling, tokens
from identity.errors import LinkInvalid, LoginTaken, NotInvited, PortalClosed
from identity.links import Links
from identity.models import Organisation, User
from identity.models.base import Purpose

ACCOUNT_PURPOSES: tuple[Purpose, ...] = ("reseller_account", "invitation", "client_sign_up")
SHORTEST_LOGIN = 3
LONGEST_LOGIN = 40


def invited(
    of: Organisation,
    *,
    login: str,
    email: str,
    role: Role,
    first_name: str = "",
    last_name: str = "",
    phone: str = "",
    language: Language = "fr",
) -> User:
    """A user who has yet to choose a password."""
    return User(
        id=uuid4(),
        organisation_id=of.id,
        login=login,
        first_name=first_name,
        last_name=last_name or of.name,
        email=email,
        phone=phone,
        role=role,
        status="invited",
        language=language,
    )


async def add_with_derived_login(session: AsyncSession, user: User, stem: str) -> User:
    """Adds ``user`` under the first free login that ``stem`` gives: ``rev-0001``, ``rev-0001-2``…"""
    for login in _logins(stem):
        user.login = login
        if await repository.add_user(session, user):
            break
    found = await repository.user(session, user.id)
    assert found is not None
    return found


async def add_user(session: AsyncSession, user: User) -> User:
    """Adds ``user`` under its own login; raises LoginTaken."""
    if not await repository.add_user(session, user):
        raise LoginTaken(login=user.login)
    found = await repository.user(session, user.id)
    assert found is not None
    return found


async def welcome(
    session: AsyncSession, user: User, of: Organisation, purpose: LinkPurpose, by_links: Links, by: UUID | None = None
) -> None:
    """Tells of a new user and sends the link."""
    telling.user(session, user, of)
    await by_links.invite(session, user, of, purpose)
    audit.record(session, "user.invite", organisation_id=of.id, subject=user.id, by=by, purpose=purpose)


async def invite_again(session: AsyncSession, user: User, of: Organisation, by_links: Links, by: UUID | None) -> None:
    """Another link, good from now; the ones before are void. Raises NotInvited, PortalClosed."""
    if user.status != "invited":
        raise NotInvited
    if not of.portal_access:
        raise PortalClosed
    await by_links.invite(session, user, of, "invitation")
    audit.record(session, "user.invite_again", organisation_id=of.id, subject=user.id, by=by)


async def activate(
    session: AsyncSession,
    token: str,
    password_hash: str,
    *,
    login: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
) -> User:
    """The person behind the link chooses a password, and may change log-in and names. Raises LinkInvalid,
    LoginTaken."""
    taken = await repository.take_link(session, tokens.digest(token), ACCOUNT_PURPOSES, clock.now())
    if taken is None:
        raise LinkInvalid
    link, user = taken
    of = await repository.organisation(session, user.organisation_id)
    if of is None or not of.portal_access or user.status != "invited":
        raise LinkInvalid
    if login is not None and await repository.login_taken(session, login, user.id):
        raise LoginTaken(login=login)
    for name, value in (("login", login), ("first_name", first_name), ("last_name", last_name)):
        if value is not None:
            setattr(user, name, value)
    user.set_password(password_hash)
    link.used_at = clock.now()
    telling.user(session, user, of)
    audit.record(session, "user.activate", organisation_id=of.id, subject=user.id, by=user.id, purpose=link.purpose)
    return user


async def send_reset_links(session: AsyncSession, login_or_email: str, by_links: Links) -> int:
    """To every active person of that login or e-mail whose portal is open; how many links went out."""
    sent = 0
    for user in await repository.people_named(session, login_or_email):
        of = await repository.organisation(session, user.organisation_id)
        if of is None or not of.portal_access:
            continue
        await by_links.reset(session, user, of)
        audit.record(session, "password.ask_reset", organisation_id=of.id, subject=user.id)
        sent += 1
    return sent


async def reset_password(session: AsyncSession, token: str, password_hash: str) -> User:
    """Good once; ends every session of the person. Raises LinkInvalid."""
    now = clock.now()
    taken = await repository.take_link(session, tokens.digest(token), ("password_reset",), now)
    if taken is None or taken[1].status != "active":
        raise LinkInvalid
    link, user = taken
    of = await repository.organisation(session, user.organisation_id)
    if of is None or not of.portal_access:
        raise LinkInvalid
    user.set_password(password_hash)
    link.used_at = now
    await links.void(session, user)
    await repository.revoke_sessions(session, "password_reset", now, of=User.id == user.id)
    telling.user(session, user, of)
    audit.record(session, "password.reset", organisation_id=of.id, subject=user.id, by=user.id)
    return user


def _logins(stem: str) -> list[str]:
    """Candidates from a business code, lower case, within the bounds of a login; enough that one is free."""
    plain = re.sub(r"[^a-z0-9._-]", "-", stem.lower()).strip("._-")
    if len(plain) < SHORTEST_LOGIN:
        plain = f"compte-{plain}".rstrip("-")
    plain = plain[: LONGEST_LOGIN - 6]
    return [plain, *(f"{plain}-{number}" for number in range(2, 1000))]
