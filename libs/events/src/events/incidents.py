"""What the incidents service tells."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from events.base import Event, OrganisationKind, Payload

Thread = Literal["client", "sqp"]
Scope = Literal["declaration", "client", "sqp"]
Status = Literal["new", "in_diagnosis", "pending", "exchange", "resolved", "closed", "rejected", "cancelled"]
Nature = Literal["defective", "damaged", "incomplete", "other"]


class Actor(Payload):
    """Who did it: a person, or the platform itself (``user_id`` empty)."""

    user_id: UUID | None
    organisation_id: UUID | None
    organisation_kind: OrganisationKind | None
    name: str


class IncidentEvent(Event):
    """What every fact about an incident says of it, so that a consumer needs no other event to act."""

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
    at: datetime


class IncidentDeclared(IncidentEvent):
    """A reseller or a client declared an incident on products that a contract covers."""

    type: ClassVar[str] = "incidents.incident.declared.v1"

    nature: Nature
    product_reference: str
    serial_numbers: list[str]


class IncidentStatusChanged(IncidentEvent):
    """The incident moved from ``previous_status`` to ``status``."""

    type: ClassVar[str] = "incidents.incident.status_changed.v1"

    previous_status: Status
    note: str = ""


class MessagePosted(IncidentEvent):
    """``excerpt`` is at most 200 characters of the message."""

    type: ClassVar[str] = "incidents.message.posted.v1"

    message_id: UUID
    thread: Thread
    excerpt: str


class FilesAttached(IncidentEvent):
    """The actor named these files on the incident. Files binds those that are the actor's own and still unbound."""

    type: ClassVar[str] = "incidents.files.attached.v1"

    file_ids: list[UUID]
    scope: Scope
    message_id: UUID | None = None


class FileDetached(IncidentEvent):
    """The file was taken off the incident: files erases it."""

    type: ClassVar[str] = "incidents.file.detached.v1"

    file_id: UUID
    scope: Scope


EVENTS: tuple[type[Event], ...] = (
    IncidentDeclared,
    IncidentStatusChanged,
    MessagePosted,
    FilesAttached,
    FileDetached,
)
