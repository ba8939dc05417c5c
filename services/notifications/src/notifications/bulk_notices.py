"""SQP moved many incidents at once: who is told, once, of all of theirs."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from events.desk import IncidentsMoved, MovedIncident
from notifications import service
from notifications.recipients import Audience, Notice, Subject


async def tell(session: AsyncSession, event: IncidentsMoved) -> None:
    for notice in moved(event):
        await service.tell(session, notice)


def moved(event: IncidentsMoved) -> list[Notice]:
    """One for each reseller and each client, of the incidents that are its own. A person is of one of them."""
    concerned: dict[UUID, list[MovedIncident]] = {}
    for each in event.incidents:
        for organisation in {each.reseller_id, each.client_id} - {None}:
            assert organisation is not None, "taken out above"
            concerned.setdefault(organisation, []).append(each)
    return [_notice(event, organisation, theirs) for organisation, theirs in concerned.items()]


def _notice(event: IncidentsMoved, organisation: UUID, theirs: list[MovedIncident]) -> Notice:
    first = theirs[0]
    audience = Audience(organisations=frozenset({organisation}), author=event.actor.user_id)
    facts = {
        "number": first.number,
        "title": first.title,
        "status": event.status,
        "actor": event.actor.name,
        "note": event.note,
        "count": len(theirs),
    }
    if len(theirs) == 1:
        # As if it had been moved alone.
        subject = Subject("incident", first.number, f"/incidents/{first.number}")
        return Notice("status_changed", audience, subject, facts | {"reason": event.reason})
    listed = [{"number": each.number, "title": each.title} for each in theirs]
    subject = Subject("incident", first.number, "/incidents")
    return Notice("status_changed", audience, subject, facts | {"awaits": event.reason or "", "incidents": listed})
