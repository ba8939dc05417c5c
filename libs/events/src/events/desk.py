"""What the incidents service publishes of the desk, where SQP's people work."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from events.base import Event, Payload
from events.incidents import Actor, IncidentEvent, PendingReason, Status
from events.times import Moment

# The side whose answer SQP waits for.
Awaited = Literal["reseller", "client"]


class IncidentAssigned(Event):
    """The incident was assigned to a person of SQP, or unassigned. Notifications makes SQP's open pages reload; names
    and reasons are in no event. ``version`` counts the assignments of this incident."""

    type: ClassVar[str] = "incidents.desk.assigned.v1"
    aggregate: ClassVar[str] = "number"

    number: str
    at: Moment


class MovedIncident(Payload):
    """``readers`` as in every event of an incident."""

    number: str
    title: str
    reseller_id: UUID
    client_id: UUID | None
    readers: list[UUID] | None = None


class IncidentsMoved(Event):
    """SQP moved many incidents to ``status`` at once; each of them was told by its own IncidentStatusChanged, and
    people are told of all of them by this."""

    type: ClassVar[str] = "incidents.bulk.moved.v1"
    aggregate: ClassVar[str] = "job_id"

    job_id: UUID
    status: Status
    reason: PendingReason | None = None
    note: str = ""
    incidents: list[MovedIncident]
    actor: Actor
    at: Moment


class AnswerReminded(IncidentEvent):
    """SQP reminded the side ``awaited`` that it waits for its answer; ``asked`` is at most 200 characters of what SQP
    asked it, and of nothing that this side does not read. The other side is not told."""

    type: ClassVar[str] = "incidents.answer.reminded.v1"

    awaited: Awaited
    asked: str = ""


class RemindedIncident(Payload):
    number: str
    title: str
    reseller_id: UUID
    client_id: UUID | None
    awaited: Awaited
    asked: str = ""


class AnswersReminded(Event):
    """SQP reminded of many incidents at once, each as AnswerReminded says of one; people are told of all of them by
    this."""

    type: ClassVar[str] = "incidents.bulk.reminded.v1"
    aggregate: ClassVar[str] = "job_id"

    job_id: UUID
    incidents: list[RemindedIncident]
    actor: Actor
    at: Moment


class PresenceChanged(Event):
    """A person of SQP opened or left the incident, or began or ended an answer there. SQP's open pages then ask who is
    present; no name is in the event. ``version`` is the time in milliseconds."""

    type: ClassVar[str] = "incidents.desk.presence_changed.v1"
    aggregate: ClassVar[str] = "number"

    number: str
    at: Moment


EVENTS: tuple[type[Event], ...] = (
    IncidentAssigned,
    IncidentsMoved,
    AnswerReminded,
    AnswersReminded,
    PresenceChanged,
)
