"""What the identity service learns from its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import Consumer
from events.contracts import ContractChanged, ContractExtended, ContractRegistered, ContractState
from events.notifications import EmailFailed
from identity.links import Links
from identity.service import contracts, people


def consumers(links: Links) -> Sequence[Consumer]:
    registered = Consumer("identity.contracts")
    deliveries = Consumer("identity.deliveries")

    @registered.on(ContractRegistered, ContractChanged, ContractExtended)
    async def learn_contract(session: AsyncSession, event: ContractState) -> None:
        await contracts.learn(session, event, links)

    @deliveries.on(EmailFailed)
    async def note_failed_email(session: AsyncSession, event: EmailFailed) -> None:
        await people.mark_undeliverable(session, event.user_id, event.kind, event.reason)

    return (registered, deliveries)
