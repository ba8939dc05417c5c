"""A first account can always be had: who looks after an organisation invites its people, corrects an address and sends
the link again. One person has one account per organisation, known by the mailbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.audit import By
from chassis.messaging import outbox
from events import Role
from events.identity import LinkPurpose
from identity import event_mapper, repository
from identity.errors import (
    AccountDisabled,
    AccountExists,
    LoginTaken,
    OrganisationNotFound,
    PortalClosed,
    UserNotFound,
)
from identity.links import Links
from identity.models import Organisation, User
from identity.service import accounts
from web.auth.principal import Principal


async def invite(
    session: AsyncSession, organisation_id: UUID, wanted: dict[str, Any], principal: Principal, by_links: Links
) -> tuple[User, bool]:
    """SQP invites a person of any reseller or client, a reseller one of its client's; whether the account is new.

    Without a role the person is administrator where no active one is left. Raises OrganisationNotFound, PortalClosed,
    AccountExists, AccountDisabled.
    """
    of = await repository.lock_looked_after(session, organisation_id, principal)
    if of is None:
        raise OrganisationNotFound
    role = wanted.get("role") or await role_of_next(session, of)
    return await admit(session, of, {**wanted, "role": role}, "invitation", by_links, by=principal)


async def send_again(
    session: AsyncSession, user_id: UUID, email: str | None, principal: Principal, by_links: Links
) -> tuple[User, Organisation]:
    """The link again, to a corrected address where one is given. Raises UserNotFound, NotInvited, PortalClosed,
    AccountExists, AccountDisabled."""
    known = await repository.user(session, user_id)
    of = await repository.lock_looked_after(session, known.organisation_id, principal) if known else None
    user = await repository.lock_user(session, user_id) if of else None
    if user is None or of is None:
        raise UserNotFound
    if email is not None:
        await refuse_known(session, of, email, but=user.id)
    await accounts.invite_again(session, user, of, by_links, principal, email=email)
    return user, of


async def admit(
    session: AsyncSession,
    of: Organisation,
    wanted: dict[str, Any],
    purpose: LinkPurpose,
    by_links: Links,
    by: By = None,
) -> tuple[User, bool]:
    """Creates the account that ``wanted`` describes and sends its link; returns it and whether it is new. The caller
    has locked the organisation.

    A person who was invited before keeps that account: it is updated from ``wanted`` and a new link is sent.
    Raises PortalClosed, LoginTaken, AccountExists, AccountDisabled.
    """
    if not of.portal_access:
        raise PortalClosed
    known = await repository.person_at(session, of.id, wanted["email"])
    if known is not None:
        await _admit_again(session, known, of, wanted, by_links, by)
        return known, False
    user = accounts.invited(of, **{"login": "", **wanted})
    if user.login:
        user = await accounts.add_user(session, user)
    else:
        user = await accounts.add_with_derived_login(session, user, of.code, is_personal=purpose != "reseller_account")
    await accounts.welcome(session, user, of, purpose, by_links, by=by)
    return user, True


async def first_account(session: AsyncSession, of: Organisation, email: str, by_links: Links) -> None:
    """Invites a reseller's first administrator, unless the reseller has an account. The caller has locked the
    organisation."""
    if not email or await repository.has_users(session, of.id):
        return
    wanted = {"email": email, "role": "administrator", "phone": of.phone}
    await admit(session, of, wanted, "reseller_account", by_links)


async def follow_address(session: AsyncSession, of: Organisation, before: str, by_links: Links, by: By = None) -> None:
    """The organisation's address was corrected: an invitation that went to the old one goes to the new one.

    If the organisation had no address, its first invited person gets it, provided that no account was activated yet.
    """
    if not of.email or not of.portal_access or accounts.same_mailbox(before, of.email):
        return
    people = await repository.users_of(session, of.id)
    waiting = [user for user in people if user.status == "invited"]
    if before:
        lost = [user for user in waiting if accounts.same_mailbox(user.email, before)]
    else:
        lost = waiting[:1] if len(waiting) == len(people) else []
    if not lost or await repository.person_at(session, of.id, of.email) is not None:
        return
    await accounts.invite_again(session, lost[0], of, by_links, by, email=of.email)


async def refuse_known(session: AsyncSession, of: Organisation, email: str, but: UUID | None = None) -> None:
    """Raises AccountExists, AccountDisabled when another person of the organisation has that address."""
    known = await repository.person_at(session, of.id, email, but)
    if known is not None:
        raise (AccountDisabled if known.status == "disabled" else AccountExists)(login=known.login)


async def role_of_next(session: AsyncSession, of: Organisation) -> Role:
    """An administrator where no active one is left; later people read."""
    people = await repository.users_of(session, of.id)
    return "basic" if any(user.is_active_administrator for user in people) else "administrator"


async def _admit_again(
    session: AsyncSession,
    known: User,
    of: Organisation,
    wanted: dict[str, Any],
    by_links: Links,
    by: By,
) -> None:
    if known.status != "invited":
        raise (AccountDisabled if known.status == "disabled" else AccountExists)(login=known.login)
    said = {name: value for name, value in wanted.items() if value and name != "email"}
    if "login" in said and await repository.login_taken(session, said["login"], known.id):
        raise LoginTaken(login=said["login"])
    changed = known.change(**said)
    if changed:
        outbox.add(session, event_mapper.user_changed(known, of))
        audit.record(
            session,
            "user.change",
            organisation_id=of.id,
            subject=known.id,
            by=by,
            about=known.full_name,
            fields=changed,
        )
    await accounts.invite_again(session, known, of, by_links, by)
