"""What happens to an incident is told twice: as an event, and as a row of the feed that programs follow by number.

The feed is SQP's: of the thread between reseller and client it says nothing.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from events.incidents import (
    ExchangeChanged,
    FileDetached,
    FilesAttached,
    IncidentClientGiven,
    IncidentClosingPostponed,
    IncidentDeclared,
    IncidentStatusChanged,
    MessagePosted,
    PromiseMissed,
)
from incidents.models import Change, Incident

Told = (
    IncidentDeclared
    | IncidentStatusChanged
    | IncidentClosingPostponed
    | IncidentClientGiven
    | PromiseMissed
    | MessagePosted
    | FilesAttached
    | FileDetached
    | ExchangeChanged
)

KINDS: dict[type[Told], str] = {
    IncidentDeclared: "incident.declared",
    IncidentStatusChanged: "incident.status_changed",
    IncidentClosingPostponed: "incident.closing_postponed",
    IncidentClientGiven: "incident.client_given",
    PromiseMissed: "incident.promise_missed",
    MessagePosted: "incident.message_posted",
    FilesAttached: "incident.files_attached",
    FileDetached: "incident.file_detached",
}


def tell(session: AsyncSession, incident: Incident, event: Told) -> None:
    """Call it with the incident's row locked, or new."""
    outbox.add(session, event)
    if not _is_of_client_thread(event):
        session.add(Change(kind=_kind(event), number=incident.number, version=incident.version))


def _kind(event: Told) -> str:
    return f"exchange.{event.step}" if isinstance(event, ExchangeChanged) else KINDS[type(event)]


def _is_of_client_thread(event: Told) -> bool:
    if isinstance(event, MessagePosted):
        return event.thread == "client"
    return isinstance(event, FilesAttached | FileDetached) and event.scope == "client"
