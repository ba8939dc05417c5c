"""Second factors of an organisation's people: its administrators ask for them, and reset those of a colleague."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.messaging import outbox
from events.identity import FactorChange
from identity import event_mapper, repository
from identity.errors import OwnAccount, UserNotFound
from identity.factors import service
from identity.factors.errors import OwnFactorFirst, PersonWithoutFactor
from identity.models import Organisation, User
from identity.service import actors, sessions
from web import clock
from web.auth.principal import Principal


async def require(session: AsyncSession, principal: Principal, *, is_required: bool) -> Organisation:
    """Of all people of the caller's organisation, or of none. The sessions of people without a factor end. Its other
    administrators are told. Raises OwnFactorFirst."""
    now = await actors.lock(session, principal)
    of = now.organisation
    if is_required and not now.user.second_factor:
        raise OwnFactorFirst
    if not of.require_second_factor(is_required=is_required):
        return of
    if is_required:
        without = (User.organisation_id == of.id) & ~User.second_factor
        await sessions.revoke(session, "second_factor_required", clock.now(), of=without)
    outbox.add(session, event_mapper.organisation_changed(of))
    change: FactorChange = "factor_required" if is_required else "factor_optional"
    for user in await repository.users_of(session, of.id):
        if user.is_active_administrator:
            outbox.add(session, event_mapper.second_factor_changed(user, of, change, clock.now(), None))
    action = "organisation.require_factor" if is_required else "organisation.relax_factor"
    audit.record(session, action, organisation_id=of.id, subject=of.id, by=principal, about=of.name)
    return of


async def reset(session: AsyncSession, identifier: UUID, principal: Principal) -> None:
    """A colleague's, who lost them; never one's own. Raises UserNotFound, OwnAccount, PersonWithoutFactor."""
    now = await actors.lock(session, principal)
    user = await repository.lock_user_of(session, identifier, now.organisation.id)
    if user is None:
        raise UserNotFound
    if user.id == principal.user_id:
        raise OwnAccount
    if not user.second_factor:
        raise PersonWithoutFactor
    await service.reset(session, user, now.organisation, principal)
