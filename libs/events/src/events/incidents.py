"""Events that the incidents service publishes."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from events.base import Event, OrganisationKind, Payload
from events.times import Day, Moment

Thread = Literal["client", "sqp"]
Scope = Literal["declaration", "client", "sqp"]
Status = Literal["new", "in_diagnosis", "pending", "exchange", "resolved", "closed", "rejected", "cancelled"]
Nature = Literal["defective", "damaged", "incomplete", "other"]
PendingReason = Literal["waiting_reseller", "waiting_client", "stock", "maker", "carrier", "other"]


class Actor(Payload):
    """The person that acted, or the platform itself (``user_id`` empty)."""

    user_id: UUID | None
    organisation_id: UUID | None
    organisation_kind: OrganisationKind | None
    name: str


class IncidentEvent(Event):
    """Fields that every event of an incident carries, so that a consumer needs no other event to act."""

    aggregate: ClassVar[str] = "number"
    tenant: ClassVar[str] = "reseller_id"

    number: str
    contract_number: str
    title: str
    reseller_id: UUID
    client_id: UUID | None
    client_name: str = ""
    status: Status
    actor: Actor
    at: Moment


class IncidentDeclared(IncidentEvent):
    """A reseller or a client declared an incident on products that a contract covers; ``promised_on``: the day on which
    dispatch was promised, where it was."""

    type: ClassVar[str] = "incidents.incident.declared.v1"

    nature: Nature
    product_reference: str
    serial_numbers: list[str]
    promised_on: Day | None = None


class IncidentStatusChanged(IncidentEvent):
    """The incident moved from ``previous_status`` to ``status``; ``reason``: why it is pending."""

    type: ClassVar[str] = "incidents.incident.status_changed.v1"

    previous_status: Status
    note: str = ""
    reason: PendingReason | None = None


class IncidentClosingPostponed(IncidentEvent):
    """The reseller or the client wrote to the other after the incident was resolved: it closes on ``closes_on`` at the
    earliest. Published for the first such message of a resolution, without its text."""

    type: ClassVar[str] = "incidents.incident.closing_postponed.v1"

    closes_on: Day


class IncidentClientGiven(IncidentEvent):
    """The incident's contract had no client and got one, which reads the incident from now on."""

    type: ClassVar[str] = "incidents.incident.client_given.v1"


class PromiseMissed(IncidentEvent):
    """The day on which dispatch was promised, ``dispatch_on``, passed without it. ``first_dispatch_on`` is what was
    promised on declaration, before SQP waited for the reseller or the client."""

    type: ClassVar[str] = "incidents.promise.missed.v1"

    dispatch_on: Day
    first_dispatch_on: Day


class MessagePosted(IncidentEvent):
    """``excerpt`` is at most 200 characters of the message."""

    type: ClassVar[str] = "incidents.message.posted.v1"

    message_id: UUID
    thread: Thread
    excerpt: str


class FilesAttached(IncidentEvent):
    """The actor attached these files to the incident. Files binds the actor's unbound ones."""

    type: ClassVar[str] = "incidents.files.attached.v1"

    file_ids: list[UUID]
    scope: Scope
    message_id: UUID | None = None


class FileDetached(IncidentEvent):
    """The file was detached from the incident: files erases it."""

    type: ClassVar[str] = "incidents.file.detached.v1"

    file_id: UUID
    scope: Scope


EVENTS: tuple[type[Event], ...] = (
    IncidentDeclared,
    IncidentStatusChanged,
    IncidentClosingPostponed,
    IncidentClientGiven,
    PromiseMissed,
    MessagePosted,
    FilesAttached,
    FileDetached,
)
