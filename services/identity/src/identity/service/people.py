"""The people of an organisation, and what each may change about himself or herself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.auth.principal import Principal
from chassis.http.preconditions import Precondition
from identity import audit, repository, telling
from identity.errors import LastAdministrator, LoginTaken, NeverActivated, PortalClosed, UserNotFound, WrongPassword
from identity.links import Links, void
from identity.models import Organisation, User
from identity.service import accounts


async def create(session: AsyncSession, wanted: dict[str, Any], actor: Principal, by_links: Links) -> User:
    """An invited colleague. Raises LoginTaken, PortalClosed."""
    of = await _own_organisation(session, actor)
    if not of.portal_access:
        raise PortalClosed
    user = await accounts.add_user(session, accounts.invited(of, **wanted))
    await accounts.welcome(session, user, of, "invitation", by_links, by=actor.user_id)
    return user


async def change(
    session: AsyncSession, identifier: UUID, wanted: dict[str, Any], actor: Principal, precondition: Precondition
) -> User:
    """An administrator changes a colleague. Raises UserNotFound, LoginTaken, LastAdministrator, NeverActivated."""
    of, user = await _colleague(session, identifier, actor)
    precondition.check(user.version)
    status = wanted.pop("status", None)
    await _change(session, user, of, wanted, actor)
    if status == "disabled":
        await _disable(session, user, of, actor)
    elif status == "active":
        _enable(session, user, of, actor)
    return user


async def disable(session: AsyncSession, identifier: UUID, actor: Principal) -> None:
    of, user = await _colleague(session, identifier, actor)
    await _disable(session, user, of, actor)


async def invite_again(session: AsyncSession, identifier: UUID, actor: Principal, by_links: Links) -> None:
    of, user = await _colleague(session, identifier, actor)
    await accounts.invite_again(session, user, of, by_links, actor.user_id)


async def change_own(
    session: AsyncSession, wanted: dict[str, Any], actor: Principal, precondition: Precondition
) -> tuple[User, Organisation]:
    """One's own names, e-mail, phone, log-in and language. Raises LoginTaken."""
    of = await _own_organisation(session, actor)
    user = await _own(session, actor)
    precondition.check(version_of_profile(user.version, of.version))
    await _change(session, user, of, wanted, actor)
    return user, of


def version_of_profile(user_version: int, organisation_version: int) -> int:
    """A profile shows the person and the organisation: both only grow, so their sum tells every state apart."""
    return user_version + organisation_version


async def change_password(
    session: AsyncSession, actor: Principal, known_hash: str | None, password_hash: str, *, matches: bool
) -> None:
    """Ends the person's other sessions and voids links under way. Raises WrongPassword; ``known_hash`` is what the
    current password was verified against, outside this transaction."""
    of = await _own_organisation(session, actor)
    user = await _own(session, actor)
    if not matches or user.password_hash != known_hash:
        raise WrongPassword
    user.set_password(password_hash)
    await void(session, user)
    await repository.revoke_sessions(
        session, "password_changed", clock.now(), of=User.id == user.id, but=actor.session_id
    )
    telling.user(session, user, of)
    audit.record(session, "password.change", organisation_id=of.id, subject=user.id, by=actor)


async def mark_undeliverable(session: AsyncSession, user_id: UUID, kind: str, reason: str) -> None:
    """An e-mail to the person failed for good: administrators see it beside the address."""
    user = await repository.lock_user(session, user_id)
    if user is None:
        return
    of = await repository.organisation(session, user.organisation_id)
    assert of is not None
    audit.record(session, "email.fail", organisation_id=of.id, subject=user.id, kind=kind, reason=reason)
    if user.mark_undeliverable():
        telling.user(session, user, of)


async def _change(
    session: AsyncSession, user: User, of: Organisation, wanted: dict[str, Any], actor: Principal
) -> None:
    if wanted.get("role") == "basic":
        await _guard_last_administrator(session, user)
    login = wanted.get("login")
    if login is not None and await repository.login_taken(session, login, user.id):
        raise LoginTaken(login=login)
    changed = user.change(**wanted)
    if not changed:
        return
    telling.user(session, user, of)
    audit.record(session, "user.change", organisation_id=of.id, subject=user.id, by=actor, fields=changed)


async def _disable(session: AsyncSession, user: User, of: Organisation, actor: Principal) -> None:
    if user.status == "disabled":
        return
    await _guard_last_administrator(session, user)
    user.status = "disabled"
    user.grow()
    await void(session, user)
    await repository.revoke_sessions(session, "user_disabled", clock.now(), of=User.id == user.id)
    telling.user(session, user, of)
    audit.record(session, "user.disable", organisation_id=of.id, subject=user.id, by=actor)


def _enable(session: AsyncSession, user: User, of: Organisation, actor: Principal) -> None:
    """Back to where the person was: active with a password, invited without one."""
    if user.status == "invited":
        raise NeverActivated
    if user.status == "active":
        return
    user.status = "active" if user.password_hash else "invited"
    user.grow()
    telling.user(session, user, of)
    audit.record(session, "user.enable", organisation_id=of.id, subject=user.id, by=actor)


async def _guard_last_administrator(session: AsyncSession, user: User) -> None:
    """Holds because the organisation's row is locked by whoever changes its people."""
    if not user.is_active_administrator:
        return
    everybody = await repository.users_of(session, user.organisation_id)
    if not any(other.is_active_administrator for other in everybody if other.id != user.id):
        raise LastAdministrator


async def _own_organisation(session: AsyncSession, actor: Principal) -> Organisation:
    assert actor.organisation_id is not None
    of = await repository.lock_organisation(session, actor.organisation_id)
    if of is None:
        raise UserNotFound
    return of


async def _own(session: AsyncSession, actor: Principal) -> User:
    assert actor.user_id is not None
    user = await repository.lock_user(session, actor.user_id)
    if user is None:
        raise UserNotFound
    return user


async def _colleague(session: AsyncSession, identifier: UUID, actor: Principal) -> tuple[Organisation, User]:
    of = await _own_organisation(session, actor)
    user = await repository.lock_user_of(session, identifier, of.id)
    if user is None:
        raise UserNotFound
    return of, user
