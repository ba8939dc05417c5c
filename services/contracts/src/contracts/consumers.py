"""What the contracts service learns from its neighbours."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import Consumer
from contracts import service
from events.identity import OrganisationChanged

organisations = Consumer("contracts.organisations")


@organisations.on(OrganisationChanged)
async def learn_organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    await service.learn_organisation(session, event)


CONSUMERS = (organisations,)
