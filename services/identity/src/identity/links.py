"""Links that travel by e-mail: stored as digests, sealed on their way, void once one of them was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from events.identity import LinkPurpose, ResetReason
from identity import event_mapper, repository
from identity.models import LinkToken, Organisation, User
from identity.models.base import ACCOUNT_PURPOSES, Purpose
from identity.settings import Settings
from identity.throttling import Asked, Throttle
from web import clock
from web.auth import opaque
from web.auth.sealing import seal

UNDER_WAY: tuple[Purpose, ...] = (*ACCOUNT_PURPOSES, "password_reset", "email_change", "rescue")


@dataclass(frozen=True)
class Links:
    settings: Settings
    throttle: Throttle

    async def invite(
        self, session: AsyncSession, user: User, of: Organisation, purpose: LinkPurpose, by: UUID | None = None
    ) -> None:
        """Sends the link by which ``user`` chooses a password and activates the account. Raises TooManyRequests where
        a person (``by``) sends more of them than an organisation has use for, to this mailbox or to all."""
        sender = await repository.user(session, by) if by else None
        if sender is not None:
            await self.throttle.count(self.throttle.invitation(sender.organisation_id, user.email))
        await void(session, user)
        inviting = await repository.organisation(session, sender.organisation_id) if sender else None
        await self._invite(session, user, of, purpose, inviting)

    async def invite_for_stranger(
        self, session: AsyncSession, user: User, of: Organisation, purpose: LinkPurpose, asked: Asked
    ) -> bool:
        """As :meth:`invite`, for a request without log-in: links sent before stay valid, so that a stranger's request
        cannot take them away. Returns whether a link was sent; it is not when the limit is reached."""
        if await self._has_its_share(session, user, asked, ACCOUNT_PURPOSES):
            return False
        await self._invite(session, user, of, purpose)
        return True

    async def reset(
        self, session: AsyncSession, user: User, of: Organisation, because: ResetReason = "forgotten"
    ) -> bool:
        """Sends the link by which ``user`` chooses another password; whether it was sent. Those sent before stay good:
        strangers can have this one sent, and take nothing from the person by it."""
        asked: Asked = "reset" if because == "forgotten" else "sign_up"
        if await self._has_its_share(session, user, asked, ("password_reset",)):
            return False
        expires_at = clock.now() + timedelta(minutes=self.settings.reset_minutes)
        link = await self._issue(session, user, "password_reset", expires_at)
        outbox.add(session, event_mapper.password_reset_requested(user, of, link, because))
        return True

    async def rescue(self, session: AsyncSession, user: User, of: Organisation) -> None:
        """Sends the link by which a sole administrator begins again; those before are void."""
        await void(session, user, "password_reset", "rescue")
        expires_at = clock.now() + timedelta(hours=self.settings.rescue_hours)
        link = await self._issue(session, user, "rescue", expires_at)
        outbox.add(session, event_mapper.rescue_granted(user, of, link))

    async def confirm_email(self, session: AsyncSession, user: User, of: Organisation) -> None:
        """Sends the link that makes ``user.pending_email`` count to that mailbox; those before are void. Raises
        TooManyRequests."""
        await self.throttle.count(self.throttle.email_change(user.id, of.id, user.pending_email))
        await void(session, user, "email_change")
        expires_at = clock.now() + timedelta(hours=self.settings.email_change_hours)
        link = await self._issue(session, user, "email_change", expires_at, user.pending_email)
        outbox.add(session, event_mapper.email_change_requested(user, of, link))

    async def announce_email(self, session: AsyncSession, user: User, of: Organisation) -> None:
        """Tells the address that counts now of the one that is to follow, with a link to object to it."""
        expires_at = clock.now() + timedelta(days=self.settings.objection_days)
        link = await self._issue(session, user, "email_objection", expires_at, user.email)
        outbox.add(session, event_mapper.email_change_announced(user, of, link))

    async def _has_its_share(
        self, session: AsyncSession, user: User, asked: Asked, purposes: Sequence[Purpose]
    ) -> bool:
        """Whether the mailbox has had its mails of this kind, and one of these links in it is still good. Without such
        a link the mail is sent whatever was counted. The user is locked, so that no other mail is sent meanwhile."""
        is_within = await self.throttle.allows(self.throttle.mails(asked, user.id, user.email))
        return not is_within and await repository.has_good_link(session, user.id, purposes, clock.now())

    async def _invite(
        self,
        session: AsyncSession,
        user: User,
        of: Organisation,
        purpose: LinkPurpose,
        inviting: Organisation | None = None,
    ) -> None:
        expires_at = clock.now() + timedelta(days=self.settings.invitation_days)
        link = await self._issue(session, user, purpose, expires_at)
        by = inviting.name if inviting else ""
        outbox.add(session, event_mapper.account_invited(user, of, link, purpose, by))

    async def _issue(
        self, session: AsyncSession, user: User, purpose: Purpose, expires_at: datetime, email: str = ""
    ) -> event_mapper.SealedLink:
        token = opaque.token()
        link = LinkToken(user_id=user.id, purpose=purpose, digest=opaque.digest(token), expires_at=expires_at)
        link.email = email
        session.add(link)
        sealed = seal(self.settings.mail_public_key, {"token": token, "expires_at": expires_at.isoformat()})
        return event_mapper.SealedLink(sealed_token=sealed, expires_at=expires_at)


async def void(session: AsyncSession, user: User, *purposes: Purpose) -> None:
    """Invalidates the links sent so far for ``purposes``, or for all of them. Links that undo a change of address stay
    valid: otherwise an attacker who took an account over could cancel them by choosing a password."""
    unused = (LinkToken.user_id == user.id, LinkToken.used_at.is_(None), LinkToken.purpose.in_(purposes or UNDER_WAY))
    await session.execute(update(LinkToken).where(*unused).values(used_at=clock.now()))
