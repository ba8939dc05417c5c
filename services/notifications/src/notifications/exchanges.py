"""What happens to exchanges: who is told, of what once, and of what no more."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import ExchangeChanged, IncidentStatusChanged, ReturnReminded
from notifications import exchange_notices, projections, recipients, service
from web import clock


async def changed(session: AsyncSession, event: ExchangeChanged) -> None:
    await service.follow_incident(session, event)
    await projections.exchange(session, event)
    notice = exchange_notices.changed(event)
    if notice is not None:
        await service.tell(session, notice)


async def reminded(session: AsyncSession, event: ReturnReminded) -> None:
    """A reminder changes nothing in the incident. A holder that has sent the product since is not reminded."""
    await projections.incident(session, event)
    notice = exchange_notices.reminded(event, clock.today())
    if not await projections.is_overtaken(session, notice.facts):
        await service.tell(session, notice)


async def status_changed(session: AsyncSession, event: IncidentStatusChanged) -> None:
    """An approval moves the incident on in the same instant, and tells of it itself; a job of SQP tells of many."""
    await service.follow_incident(session, event)
    if event.told_with is None and not await projections.is_by_approval(session, event):
        await service.tell(session, recipients.status_changed(event))
