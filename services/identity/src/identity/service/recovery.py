"""Resets a password that was forgotten or became known: a link to the mailbox lets the person choose another."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.messaging import outbox
from identity import event_mapper, links, repository
from identity.errors import LinkInvalid
from identity.factors import service as factors
from identity.links import Links
from identity.models import User
from identity.models.base import Purpose
from identity.service import accounts, email_changes, sessions
from web import clock
from web.auth import opaque

PURPOSES: tuple[Purpose, ...] = ("password_reset", "email_objection", "rescue")


async def send_reset_links(session: AsyncSession, login: str, by_links: Links) -> int:
    """To every person of that log-in or e-mail address (``login`` is either) whose portal is open: a link to another
    password, or the invitation again while the account waits for its first. A mailbox that has had its share of mails
    about an account gets no more of them while a link in it is good. How many links went out."""
    sent = 0
    for user in await repository.people_named(session, login):
        of = await repository.organisation(session, user.organisation_id)
        if of is None or not of.portal_access:
            continue
        if user.status == "invited":
            sent += await accounts.remind(session, user, of, by_links, "reset")
        elif await by_links.reset(session, user, of):
            audit.record(session, "password.ask_reset", organisation_id=of.id, subject=user.id, about=user.full_name)
            sent += 1
    return sent


async def reset_password(session: AsyncSession, token: str, password_hash: str) -> User:
    """Good once; ends every session of the person. A link that objects to another e-mail address puts the old one
    back; a rescue's takes the second factors away. Raises LinkInvalid."""
    now = clock.now()
    taken = await repository.take_link(session, opaque.digest(token), PURPOSES, now)
    if taken is None or taken[1].status != "active":
        raise LinkInvalid
    link, user = taken
    of = await repository.organisation(session, user.organisation_id)
    if of is None or not of.portal_access:
        raise LinkInvalid
    user.set_password(password_hash)
    link.used_at = now
    await links.void(session, user)
    user.pending_email = ""
    if link.purpose == "email_objection":
        await email_changes.take_back(session, link, user, of)
    if link.purpose == "rescue" and user.second_factor:
        await factors.reset(session, user, of, user.id)
    await sessions.revoke(session, "password_reset", now, of=User.id == user.id)
    outbox.add(session, event_mapper.user_changed(user, of))
    outbox.add(session, event_mapper.credentials_changed(user, of, "password", clock.now()))
    audit.record(session, "password.reset", organisation_id=of.id, subject=user.id, by=user.id, about=user.full_name)
    return user
