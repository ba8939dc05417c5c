"""Who acts: the caller's own rows, read and locked before anything that the caller changes.

The order of locks is the same for everybody: own organisation, own user, own session, then what is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from identity import repository
from identity.errors import SessionOver
from identity.models import Organisation, Session, User
from web import clock
from web.auth.principal import Principal
from web.errors import Unauthenticated


@dataclass(frozen=True)
class Actor:
    """The caller as the database has it now, locked until the transaction ends."""

    organisation: Organisation
    user: User
    session: Session

    @property
    def is_administrator(self) -> bool:
        return self.user.is_active_administrator


async def lock(session: AsyncSession, principal: Principal) -> Actor:
    """Raises SessionOver unless the person is active, the portal open and the session neither ended nor over."""
    if principal.organisation_id is None or principal.user_id is None or principal.session_id is None:
        raise SessionOver
    of = await repository.lock_organisation(session, principal.organisation_id)
    user = await repository.lock_user(session, principal.user_id)
    opened = await repository.lock_session(session, principal.session_id)
    if of is None or user is None or opened is None:
        raise SessionOver
    is_theirs = user.organisation_id == of.id and opened.user_id == user.id
    if not (is_theirs and user.status == "active" and of.portal_access and opened.is_open(clock.now())):
        raise SessionOver
    return Actor(of, user, opened)


async def lock_account(session: AsyncSession, principal: Principal, scope: str) -> None:
    """Raises Unauthenticated unless the service account is there, not disabled, and holds ``scope`` still."""
    account = await repository.lock_service_account(session, principal.subject)
    if account is None or account.disabled_at is not None or scope not in account.scopes:
        raise Unauthenticated
