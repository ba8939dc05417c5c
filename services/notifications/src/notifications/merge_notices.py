"""SQP merged two incidents, or parted them again: who is told, once, of both."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import IncidentMerged
from notifications import service
from notifications.recipients import Audience, Hint, Notice, Subject, by_author, facts_of, parties


async def tell(session: AsyncSession, event: IncidentMerged) -> None:
    await service.follow_incident(session, event)
    # Open threads hold more, or less, than they did.
    service.send_hint(session, Hint(event.number, "files", parties(event, "declaration")))
    await service.tell(session, merged(event))


def merged(event: IncidentMerged) -> Notice:
    """The reseller's and the client's people, who are the same on both, and the agents who had either; each is led to
    the one where it goes on."""
    organisations = parties(event, "client").organisations
    audience = by_author(event, Audience(organisations=organisations, people=frozenset(event.agent_ids)))
    facts = facts_of(event) | {"number": event.source, "title": event.source_title, "note": "", "reason": None}
    goes_on = event.source if event.undone else event.number
    subject = Subject("incident", goes_on, f"/incidents/{goes_on}")
    return Notice("status_changed", audience, subject, facts | {"merged": not event.undone, "other": event.number})
