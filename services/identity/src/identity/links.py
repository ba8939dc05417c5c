"""Links that travel by e-mail: one is good at a time per person and purpose, and it is sealed on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.auth.sealing import seal
from chassis.messaging import outbox
from events.identity import AccountInvited, LinkPurpose, PasswordResetRequested
from identity import tokens
from identity.models import LinkToken, Organisation, User
from identity.models.base import Purpose
from identity.settings import Settings


@dataclass(frozen=True)
class Links:
    settings: Settings

    async def invite(self, session: AsyncSession, user: User, of: Organisation, purpose: LinkPurpose) -> None:
        """Sends the link by which ``user`` chooses a password and activates the account."""
        expires_at = clock.now() + timedelta(days=self.settings.invitation_days)
        sealed = await self._issue(session, user, purpose, expires_at)
        outbox.add(session, AccountInvited(purpose=purpose, **_message(user, of, sealed, expires_at)))

    async def reset(self, session: AsyncSession, user: User, of: Organisation) -> None:
        """Sends the link by which ``user`` chooses another password."""
        expires_at = clock.now() + timedelta(minutes=self.settings.reset_minutes)
        sealed = await self._issue(session, user, "password_reset", expires_at)
        outbox.add(session, PasswordResetRequested(**_message(user, of, sealed, expires_at)))

    async def _issue(self, session: AsyncSession, user: User, purpose: Purpose, expires_at: datetime) -> str:
        await void(session, user)
        token = tokens.opaque()
        session.add(LinkToken(user_id=user.id, purpose=purpose, digest=tokens.digest(token), expires_at=expires_at))
        return seal(self.settings.mail_public_key, {"token": token, "expires_at": expires_at.isoformat()})


async def void(session: AsyncSession, user: User) -> None:
    """Links sent so far are good no more."""
    unused = (LinkToken.user_id == user.id, LinkToken.used_at.is_(None))
    await session.execute(update(LinkToken).where(*unused).values(used_at=clock.now()))


def _message(user: User, of: Organisation, sealed: str, expires_at: datetime) -> dict[str, object]:
    return {
        "version": user.version,
        "user_id": user.id,
        "organisation_id": of.id,
        "organisation_name": of.name,
        "login": user.login,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "language": user.language,
        "sealed_token": sealed,
        "expires_at": expires_at,
    }
