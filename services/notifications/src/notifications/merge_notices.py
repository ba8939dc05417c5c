"""SQP merged two incidents, or parted them again: who is told, once, of both."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import IncidentMerged
from notifications import service
from notifications.recipients import Hint, Notice, Subject, by_author, facts_of, parties


async def tell(session: AsyncSession, event: IncidentMerged) -> None:
    await service.follow_incident(session, event)
    # Open threads hold more, or less, than they did.
    service.send_hint(session, Hint(event.number, "files", parties(event, "declaration")))
    await service.tell(session, merged(event))


def merged(event: IncidentMerged) -> Notice:
    """The reseller's and the client's people who read both, and the agents who had either; each is led to the one where
    it goes on."""
    concerned = replace(parties(event, "client"), people=frozenset(event.agent_ids))
    if event.source_readers is not None:
        of_both = frozenset(event.source_readers)
        concerned = replace(concerned, readers=of_both if concerned.readers is None else of_both & concerned.readers)
    audience = by_author(event, concerned)
    facts = facts_of(event) | {"number": event.source, "title": event.source_title, "note": "", "reason": None}
    goes_on = event.source if event.undone else event.number
    subject = Subject("incident", goes_on, f"/incidents/{goes_on}")
    return Notice("status_changed", audience, subject, facts | {"merged": not event.undone, "other": event.number})
