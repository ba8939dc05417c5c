"""Another e-mail address for a person who has chosen a password: it counts once its mailbox has answered, and the one
before is told at once and may object (docs/decisions/0018).

An address that is asked for reserves nothing: of two people of an organisation who ask for the same one, it is the
person's who confirms first.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.audit import By
from chassis.messaging import outbox
from identity import event_mapper, links, repository
from identity.errors import LinkInvalid, NoPendingAddress
from identity.links import Links
from identity.models import LinkToken, Organisation, User
from identity.service import actors, invitations
from web import clock
from web.auth import opaque
from web.auth.principal import Principal


async def ask(session: AsyncSession, user: User, of: Organisation, email: str, by_links: Links, by: By) -> None:
    """Replaces what was asked for before. Raises TooManyRequests."""
    user.pending_email = email
    user.bump_version()
    await by_links.confirm_email(session, user, of)
    await by_links.announce_email(session, user, of)
    audit.record(session, "email.ask", organisation_id=of.id, subject=user.id, by=by, about=user.full_name)


async def send_again(session: AsyncSession, principal: Principal, by_links: Links) -> None:
    """Raises NoPendingAddress, TooManyRequests."""
    now = await actors.lock(session, principal)
    if not now.user.pending_email:
        raise NoPendingAddress
    await by_links.confirm_email(session, now.user, now.organisation)
    audit.record(
        session,
        "email.send_again",
        organisation_id=now.organisation.id,
        subject=now.user.id,
        by=principal,
        about=now.user.full_name,
    )


async def cancel(session: AsyncSession, principal: Principal) -> None:
    """One's own; where nothing waits, nothing changes."""
    now = await actors.lock(session, principal)
    if not now.user.pending_email:
        return
    await _forget(session, now.user)
    audit.record(
        session,
        "email.cancel",
        organisation_id=now.organisation.id,
        subject=now.user.id,
        by=principal,
        about=now.user.full_name,
    )


async def confirm(session: AsyncSession, token: str) -> User:
    """Good once. Raises LinkInvalid; AccountExists, AccountDisabled when another person of the organisation has taken
    the address meanwhile."""
    digest = opaque.digest(token)
    of = await repository.lock_holders_organisation(session, digest)
    taken = await repository.take_link(session, digest, ("email_change",), clock.now())
    if taken is None or of is None or not of.portal_access or taken[1].status != "active":
        raise LinkInvalid
    link, user = taken
    await invitations.refuse_known(session, of, link.email, but=user.id)
    link.used_at = clock.now()
    user.confirm_email(link.email)
    # They lie in the mailbox that counts no more.
    await links.void(session, user, "password_reset")
    outbox.add(session, event_mapper.user_changed(user, of))
    audit.record(session, "email.confirm", organisation_id=of.id, subject=user.id, by=user.id, about=user.full_name)
    return user


async def take_back(session: AsyncSession, objection: LinkToken, user: User, of: Organisation) -> None:
    """The address that objects counts again. Objections of later addresses are void: of two that object to each other,
    the one that was there first has the account."""
    user.confirm_email(objection.email)
    later = (LinkToken.user_id == user.id, LinkToken.used_at.is_(None), LinkToken.created_at >= objection.created_at)
    await session.execute(update(LinkToken).where(*later).values(used_at=clock.now()))
    audit.record(session, "email.object", organisation_id=of.id, subject=user.id, by=user.id, about=user.full_name)


async def _forget(session: AsyncSession, user: User) -> None:
    user.pending_email = ""
    user.bump_version()
    await links.void(session, user, "email_change")
