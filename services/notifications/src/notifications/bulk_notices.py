"""SQP moved many incidents at once: who is told, once, of all of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from events.desk import IncidentsMoved, MovedIncident
from notifications import lists, service
from notifications.recipients import Audience, Notice, Subject


async def tell(session: AsyncSession, event: IncidentsMoved) -> None:
    for notice in moved(event):
        await service.tell(session, notice)


def moved(event: IncidentsMoved) -> list[Notice]:
    """One for each reseller and each client, of the incidents that are its own. A person is of one of them. Where
    incidents are not shared with all of a client's people, more than one: a person is told by the first that is for
    that person."""
    concerned: dict[UUID, list[MovedIncident]] = {}
    for each in event.incidents:
        for organisation in {each.reseller_id, each.client_id} - {None}:
            assert organisation is not None, "taken out above"
            concerned.setdefault(organisation, []).append(each)
    return [
        _notice(event, organisation, readers, read)
        for organisation, theirs in concerned.items()
        for readers, read in _by_readers(organisation, theirs)
        if read
    ]


def _by_readers(
    organisation: UUID, theirs: list[MovedIncident]
) -> Iterator[tuple[frozenset[UUID] | None, list[MovedIncident]]]:
    """Which of these the administrators read, each person by name, and everybody else."""
    narrowed = [each for each in theirs if each.client_id == organisation and each.readers is not None]
    if narrowed:
        yield frozenset(), theirs
    for person in sorted({person for each in narrowed for person in each.readers or ()}, key=str):
        yield frozenset({person}), [each for each in theirs if each.readers is None or person in each.readers]
    yield None, [each for each in theirs if each not in narrowed]


def _notice(
    event: IncidentsMoved, organisation: UUID, readers: frozenset[UUID] | None, theirs: list[MovedIncident]
) -> Notice:
    first = theirs[0]
    client = None if readers is None else organisation
    audience = Audience(frozenset({organisation}), client=client, readers=readers, author=event.actor.user_id)
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
    subject = Subject("incident", first.number, lists.of_incidents(each.number for each in theirs))
    return Notice("status_changed", audience, subject, facts | {"awaits": event.reason or "", "incidents": listed})
