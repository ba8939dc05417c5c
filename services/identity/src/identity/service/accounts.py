"""Accounts come to be: invited by a link, activated by choosing a password."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.audit import By
from chassis.messaging import outbox
from events import Role
from events.identity import LinkPurpose
from identity import event_mapper, repository
from identity.errors import LinkInvalid, LoginTaken, NotInvited, PortalClosed
from identity.links import Links, void
from identity.models import Organisation, User
from identity.models.base import ACCOUNT_PURPOSES
from identity.throttling import Asked
from web import clock
from web.auth import opaque
from web.auth.principal import Principal
from web.i18n import Language
from web.text.folding import fold

SHORTEST_LOGIN = 3
LONGEST_LOGIN = 40
# Enough that one is free.
MOST_OF_A_CODE = 1000


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
        last_name=last_name,
        email=email,
        phone=phone,
        role=role,
        status="invited",
        language=language,
    )


async def add_with_derived_login(session: AsyncSession, user: User, code: str, *, is_personal: bool) -> User:
    """Adds ``user`` under the first free login: of the person's own (``marie.martin``, ``marie.martin-2``…) where it
    ``is_personal``, else of the organisation's ``code`` (``rev-0001``, ``rev-0001-2``…)."""
    for login in [*(_personal(user) if is_personal else ()), *_logins(code, MOST_OF_A_CODE)]:
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
    session: AsyncSession,
    user: User,
    of: Organisation,
    purpose: LinkPurpose,
    by_links: Links,
    by: By = None,
) -> None:
    """Tells of a new user and sends the link."""
    outbox.add(session, event_mapper.user_changed(user, of))
    await by_links.invite(session, user, of, purpose, _person(by))
    audit.record(
        session, "user.invite", organisation_id=of.id, subject=user.id, by=by, about=user.full_name, purpose=purpose
    )


async def invite_again(
    session: AsyncSession,
    user: User,
    of: Organisation,
    by_links: Links,
    by: By = None,
    *,
    email: str | None = None,
) -> None:
    """Another link, good from now, to the address that is known or a corrected one; the ones before are void. Raises
    NotInvited, PortalClosed."""
    if user.status != "invited":
        raise NotInvited
    if not of.portal_access:
        raise PortalClosed
    changed = user.change(email=email)
    if user.mark_deliverable() or changed:
        outbox.add(session, event_mapper.user_changed(user, of))
    purpose = await repository.last_invitation(session, user.id) or "invitation"
    await by_links.invite(session, user, of, purpose, _person(by))
    audit.record(
        session,
        "user.invite_again",
        organisation_id=of.id,
        subject=user.id,
        by=by,
        about=user.full_name,
        fields=changed,
    )


async def remind(session: AsyncSession, user: User, of: Organisation, by_links: Links, asked: Asked) -> bool:
    """The invitation again, because a stranger asked: it takes nothing from the person, so that the links before stay
    good. Whether it was sent; nothing is where the account does not wait or the mailbox has its share."""
    if user.status != "invited" or not of.portal_access:
        return False
    purpose = await repository.last_invitation(session, user.id) or "invitation"
    if not await by_links.invite_for_stranger(session, user, of, purpose, asked):
        return False
    if user.mark_deliverable():
        outbox.add(session, event_mapper.user_changed(user, of))
    audit.record(session, "user.invite_again", organisation_id=of.id, subject=user.id, about=user.full_name, fields=[])
    return True


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
    taken = await repository.take_link(session, opaque.digest(token), ACCOUNT_PURPOSES, clock.now())
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
    await void(session, user)
    outbox.add(session, event_mapper.user_changed(user, of))
    audit.record(
        session,
        "user.activate",
        organisation_id=of.id,
        subject=user.id,
        by=user.id,
        about=user.full_name,
        purpose=link.purpose,
    )
    return user


async def send_link_again(session: AsyncSession, digest: str, by_links: Links) -> None:
    """The holder of an invitation that is over gets another at the person's address, while the account waits."""
    user = await repository.invited_by(session, digest, ACCOUNT_PURPOSES)
    of = await repository.organisation(session, user.organisation_id) if user else None
    if user is not None and of is not None:
        await remind(session, user, of, by_links, "activation")


def _person(by: By) -> UUID | None:
    return by.user_id if isinstance(by, Principal) else by


def same_mailbox(one: str, other: str) -> bool:
    return bool(one) and one.strip().lower() == other.strip().lower()


def _personal(user: User) -> list[str]:
    """Candidates from the name, then from the mailbox; none where neither is long enough."""
    name = f"{user.first_name}.{user.last_name}" if user.first_name and user.last_name else ""
    mailbox = user.email.partition("@")[0].partition("+")[0]
    return [login for stem in (name, mailbox) if len(_plain(stem)) >= SHORTEST_LOGIN for login in _logins(stem, 10)]


def _logins(stem: str, most: int) -> list[str]:
    """``most`` candidates, within the bounds of a login."""
    plain = _plain(stem)
    if len(plain) < SHORTEST_LOGIN:
        plain = f"compte-{plain}".rstrip("-")
    plain = plain[: LONGEST_LOGIN - 6].rstrip("._-")
    return [plain, *(f"{plain}-{number}" for number in range(2, most))]


def _plain(stem: str) -> str:
    """Lower case, without accents, and without what stands in no log-in."""
    return re.sub(r"[^a-z0-9._-]+", "-", fold(stem)).strip("._-")
