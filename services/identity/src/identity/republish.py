"""Tells the present state again, same versions: read models rebuild from it, and who has it already ignores it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from identity import event_mapper
from identity.models import Address, Organisation, User


async def everything(session: AsyncSession) -> int:
    """Organisations before their people and addresses; answers how many facts were told."""
    organisations = {one.id: one for one in await session.scalars(select(Organisation).with_for_update(read=True))}
    users = (await session.scalars(select(User).with_for_update(read=True))).all()
    addresses = (await session.scalars(select(Address).with_for_update(read=True))).all()
    for organisation in organisations.values():
        outbox.add(session, event_mapper.organisation_changed(organisation))
    for user in users:
        outbox.add(session, event_mapper.user_changed(user, organisations[user.organisation_id]))
    for address in addresses:
        outbox.add(session, event_mapper.address_changed(address, organisations[address.organisation_id]))
    return len(organisations) + len(users) + len(addresses)
