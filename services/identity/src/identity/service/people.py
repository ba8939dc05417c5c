"""The people of an organisation, and what each may change about himself or herself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.messaging import outbox
from events.notifications import EmailFailed
from identity import event_mapper, repository
from identity.errors import (
    DisabledAddress,
    LastAdministrator,
    LoginTaken,
    NeverActivated,
    OwnAccount,
    PasswordNeeded,
    UserNotFound,
    WrongPassword,
)
from identity.links import Links, void
from identity.models import Organisation, User
from identity.service import accounts, actors, email_changes, invitations, sessions
from web import clock
from web.auth.principal import Principal
from web.http.preconditions import Precondition


async def create(
    session: AsyncSession, wanted: dict[str, Any], principal: Principal, by_links: Links
) -> tuple[User, bool]:
    """An invited colleague; whether the account is new, or waited already and gets its link again. Raises LoginTaken,
    PortalClosed, AccountExists, AccountDisabled."""
    of = await _own_organisation(session, principal)
    return await invitations.admit(session, of, wanted, "invitation", by_links, by=principal)


async def change(
    session: AsyncSession,
    identifier: UUID,
    wanted: dict[str, Any],
    principal: Principal,
    precondition: Precondition,
    by_links: Links,
) -> User:
    """An administrator changes a colleague; an invitation follows an address that is corrected, and where a password
    was chosen already the new address has to be confirmed. Raises UserNotFound, LoginTaken, OwnAccount, AccountExists,
    AccountDisabled, DisabledAddress, LastAdministrator, NeverActivated."""
    of, user = await _colleague(session, identifier, principal)
    precondition.check(user.version)
    if user.id == principal.user_id:
        await _guard_own(session, user, wanted)
    status, before = wanted.pop("status", None), user.email
    await _change(session, user, of, wanted, principal, by_links)
    if user.status == "invited" and status is None and not accounts.same_mailbox(before, user.email):
        await accounts.invite_again(session, user, of, by_links, principal)
    if status == "disabled":
        await _disable(session, user, of, principal)
    elif status == "active":
        _enable(session, user, of, principal)
    return user


async def disable(session: AsyncSession, identifier: UUID, principal: Principal) -> None:
    of, user = await _colleague(session, identifier, principal)
    if user.id == principal.user_id:
        await _guard_own(session, user, {"status": "disabled"})
    await _disable(session, user, of, principal)


async def invite_again(session: AsyncSession, identifier: UUID, principal: Principal, by_links: Links) -> None:
    of, user = await _colleague(session, identifier, principal)
    await accounts.invite_again(session, user, of, by_links, principal)


async def change_own(
    session: AsyncSession,
    wanted: dict[str, Any],
    principal: Principal,
    precondition: Precondition,
    by_links: Links,
    *,
    proven: str | None,
    fresh: timedelta,
) -> tuple[User, Organisation]:
    """One's own names, phone, log-in and language; another e-mail address is asked for (see
    :mod:`identity.service.email_changes`). Raises LoginTaken, AccountExists, AccountDisabled, and PasswordNeeded where
    a log-in or an e-mail address changes without the password (``proven`` is the hash that it matched) and the session
    is not ``fresh``: a session that was left open or stolen is not enough to take an account over."""
    now = await actors.lock(session, principal)
    user, of = now.user, now.organisation
    takes_over = any(wanted.get(name, getattr(user, name)) != getattr(user, name) for name in ("login", "email"))
    is_fresh = clock.now() - now.session.created_at <= fresh
    if takes_over and not is_fresh and (proven is None or proven != user.password_hash):
        raise PasswordNeeded
    precondition.check(version_of_profile(user.version, of.version))
    await _change(session, user, of, wanted, principal, by_links)
    return user, of


def version_of_profile(user_version: int, organisation_version: int) -> int:
    """A profile shows the person and the organisation: both only grow, so their sum tells every state apart."""
    return user_version + organisation_version


async def change_password(
    session: AsyncSession, principal: Principal, known_hash: str | None, password_hash: str, *, matches: bool
) -> None:
    """Ends the person's other sessions and voids links under way. Raises WrongPassword; ``known_hash`` is what the
    current password was verified against, outside this transaction."""
    now = await actors.lock(session, principal)
    user, of = now.user, now.organisation
    if not matches or user.password_hash != known_hash:
        raise WrongPassword
    user.set_password(password_hash)
    await void(session, user, "password_reset")
    await sessions.revoke(session, "password_changed", clock.now(), of=User.id == user.id, but=principal.session_id)
    outbox.add(session, event_mapper.user_changed(user, of))
    outbox.add(session, event_mapper.credentials_changed(user, of, "password", clock.now()))
    audit.record(session, "password.change", organisation_id=of.id, subject=user.id, by=principal, about=user.full_name)


async def mark_undeliverable(session: AsyncSession, event: EmailFailed) -> None:
    """An e-mail to the person failed for good: administrators see it beside the address, unless it was corrected."""
    user = await repository.lock_user(session, event.user_id) if event.address_refused else None
    if user is None:
        return
    of = await repository.organisation(session, user.organisation_id)
    assert of is not None
    audit.record(
        session,
        "email.fail",
        organisation_id=of.id,
        subject=user.id,
        about=user.full_name,
        kind=event.kind,
        reason=event.reason,
    )
    if event.recipient and not accounts.same_mailbox(user.email, event.recipient):
        return
    if user.mark_undeliverable():
        outbox.add(session, event_mapper.user_changed(user, of))


async def _change(
    session: AsyncSession, user: User, of: Organisation, wanted: dict[str, Any], principal: Principal, by_links: Links
) -> None:
    if wanted.get("role") == "basic":
        await _guard_last_administrator(session, user)
    login = wanted.get("login")
    if login is not None and await repository.login_taken(session, login, user.id):
        raise LoginTaken(login=login)
    email = wanted.get("email")
    is_to_confirm = False
    if email is not None and not accounts.same_mailbox(user.email, email):
        await invitations.refuse_known(session, of, email, but=user.id)
        is_to_confirm = user.password_hash is not None
    if is_to_confirm and user.status == "disabled":
        raise DisabledAddress
    changed = user.change(**{name: value for name, value in wanted.items() if name != "email" or not is_to_confirm})
    if changed:
        outbox.add(session, event_mapper.user_changed(user, of))
        audit.record(
            session,
            "user.change",
            organisation_id=of.id,
            subject=user.id,
            by=principal,
            about=user.full_name,
            fields=changed,
        )
    if "login" in changed and user.status == "active":
        outbox.add(session, event_mapper.credentials_changed(user, of, "login", clock.now()))
    if email is not None and is_to_confirm:
        await email_changes.ask(session, user, of, email, by_links, principal)


async def _disable(session: AsyncSession, user: User, of: Organisation, principal: Principal) -> None:
    if user.status == "disabled":
        return
    await _guard_last_administrator(session, user)
    user.status = "disabled"
    user.pending_email = ""
    user.bump_version()
    await void(session, user)
    await sessions.revoke(session, "user_disabled", clock.now(), of=User.id == user.id)
    outbox.add(session, event_mapper.user_changed(user, of))
    audit.record(session, "user.disable", organisation_id=of.id, subject=user.id, by=principal, about=user.full_name)


def _enable(session: AsyncSession, user: User, of: Organisation, principal: Principal) -> None:
    """Back to where the person was: active with a password, invited without one."""
    if user.status == "invited":
        raise NeverActivated
    if user.status == "active":
        return
    user.status = "active" if user.password_hash else "invited"
    user.bump_version()
    outbox.add(session, event_mapper.user_changed(user, of))
    audit.record(session, "user.enable", organisation_id=of.id, subject=user.id, by=principal, about=user.full_name)


async def _guard_own(session: AsyncSession, user: User, wanted: dict[str, Any]) -> None:
    """One's own role and access are another administrator's to change; log-in and e-mail are changed in the profile,
    which asks for the password."""
    given = {name: wanted[name] for name in ("status", "role", "login", "email") if name in wanted}
    changed = {name for name, value in given.items() if value != getattr(user, name)}
    if changed & {"status", "role"}:
        await _guard_last_administrator(session, user)
    if changed:
        raise OwnAccount


async def _guard_last_administrator(session: AsyncSession, user: User) -> None:
    """Safe against a concurrent change, because every change of an organisation's people locks the organisation's
    row."""
    if not user.is_active_administrator:
        return
    everybody = await repository.users_of(session, user.organisation_id)
    if not any(other.is_active_administrator for other in everybody if other.id != user.id):
        raise LastAdministrator


async def _own_organisation(session: AsyncSession, principal: Principal) -> Organisation:
    assert principal.organisation_id is not None
    of = await repository.lock_organisation(session, principal.organisation_id)
    if of is None:
        raise UserNotFound
    return of


async def _colleague(session: AsyncSession, identifier: UUID, principal: Principal) -> tuple[Organisation, User]:
    of = await _own_organisation(session, principal)
    user = await repository.lock_user_of(session, identifier, of.id)
    if user is None:
        raise UserNotFound
    return of, user
