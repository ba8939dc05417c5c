"""SQP reminds of answers that it waits for: the administrators of the side that is to give them are told, who may."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from events.desk import AnswerReminded, AnswersReminded, RemindedIncident
from events.incidents import Actor
from notifications import lists, projections, service
from notifications.recipients import PANES, Audience, Notice, Subject


async def reminded(session: AsyncSession, event: AnswerReminded) -> None:
    """A reminder changes nothing in the incident."""
    await projections.incident(session, event)
    for notice in one(event):
        await service.tell(session, notice)


async def reminded_of_many(session: AsyncSession, event: AnswersReminded) -> None:
    for notice in of(event.incidents, event.actor):
        await service.tell(session, notice)


def one(event: AnswerReminded) -> list[Notice]:
    """Empty where no client is there to be reminded."""
    known = event.model_dump(include=set(RemindedIncident.model_fields))
    return of([RemindedIncident(**known)], event.actor)


def of(incidents: Sequence[RemindedIncident], by: Actor) -> list[Notice]:
    """One for each reseller and each client, of the answers that are its own to give; the other side is not told."""
    asked: dict[UUID, list[RemindedIncident]] = {}
    for each in incidents:
        organisation = each.reseller_id if each.awaited == "reseller" else each.client_id
        if organisation is not None:
            asked.setdefault(organisation, []).append(each)
    return [_notice(organisation, theirs, by) for organisation, theirs in asked.items()]


def _notice(organisation: UUID, theirs: list[RemindedIncident], by: Actor) -> Notice:
    first = theirs[0]
    audience = Audience(organisations=frozenset({organisation}), administrators=True, author=by.user_id)
    facts = {"number": first.number, "title": first.title, "actor": by.name, "count": len(theirs)}
    path = f"/incidents/{first.number}"
    if len(theirs) == 1:
        # Its reader is led to where the answer goes, by the reason (recipients.seen_from).
        facts |= {"note": first.asked, "reason": f"waiting_{first.awaited}"}
        return Notice("answer_reminded", audience, Subject("incident", first.number, path), facts)
    listed = [
        {"number": each.number, "title": each.title, "asked": each.asked, "path": _answering(each)} for each in theirs
    ]
    subject = Subject("incident", first.number, lists.of_incidents(each.number for each in theirs))
    return Notice("answer_reminded", audience, subject, facts | {"incidents": listed})


def _answering(incident: RemindedIncident) -> str:
    pane = PANES["client" if incident.awaited == "client" else "sqp"]
    return f"/incidents/{incident.number}{pane}#composer"
