"""What happens to an incident is told twice: as an event, and as a row of the feed that programs follow by number. What
SQP alone knows of an exchange is a row alone.

The feed is for SQP's programs: of what these do not read, the thread between reseller and client and SQP's notes, it
says nothing.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents.exchanges import SqpStep
from chassis.messaging import outbox
from events.incidents import (
    ExchangeChanged,
    FileDetached,
    FilesAttached,
    IncidentClientGiven,
    IncidentClosingPostponed,
    IncidentDeclared,
    IncidentMerged,
    IncidentShared,
    IncidentStatusChanged,
    MessagePosted,
    PromiseMissed,
)
from incidents.access import OF_PROGRAMS
from incidents.models import Change, Incident

Told = (
    IncidentDeclared
    | IncidentStatusChanged
    | IncidentMerged
    | IncidentClosingPostponed
    | IncidentClientGiven
    | IncidentShared
    | PromiseMissed
    | MessagePosted
    | FilesAttached
    | FileDetached
    | ExchangeChanged
)

KINDS: dict[type[Told], str] = {
    IncidentDeclared: "incident.declared",
    IncidentStatusChanged: "incident.status_changed",
    IncidentMerged: "incident.merged",
    IncidentClosingPostponed: "incident.closing_postponed",
    IncidentClientGiven: "incident.client_given",
    IncidentShared: "incident.shared",
    PromiseMissed: "incident.promise_missed",
    MessagePosted: "incident.message_posted",
    FilesAttached: "incident.files_attached",
    FileDetached: "incident.file_detached",
}


def tell(session: AsyncSession, incident: Incident, event: Told) -> None:
    """The caller has locked the incident's row, or has just added it."""
    outbox.add(session, event)
    if not _is_hidden(event):
        session.add(Change(kind=_kind(event), number=incident.number, version=incident.version))


def tell_programs(session: AsyncSession, incident: Incident, step: SqpStep) -> None:
    """Of an exchange's step that SQP alone knows of, there is no event. The incident's row is locked."""
    session.add(Change(kind=f"exchange.{step}", number=incident.number, version=incident.version))


def _kind(event: Told) -> str:
    return f"exchange.{event.step}" if isinstance(event, ExchangeChanged) else KINDS[type(event)]


def _is_hidden(event: Told) -> bool:
    if isinstance(event, MessagePosted):
        return event.thread not in OF_PROGRAMS
    return isinstance(event, FilesAttached | FileDetached) and event.scope not in OF_PROGRAMS
