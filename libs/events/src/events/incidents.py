"""Events that the incidents service publishes."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from events.base import Event, OrganisationKind, Payload
from events.exchange_words import (
    Consequence,
    Cover,
    Decision,
    Direction,
    Dispatch,
    ExchangeStep,
    ExchangeType,
    Outcome,
    ReplacementReturn,
    ReturnState,
)
from events.times import Day, Moment

# ``internal``: SQP's people among themselves. No message of it is in an event: see NoteWritten.
Thread = Literal["client", "sqp", "internal"]
SharedThread = Literal["client", "sqp"]
Scope = Literal["declaration", "client", "sqp", "internal"]
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
    """Fields that every event of an incident carries, so that a consumer needs no other event to act.

    ``readers``: the people of the client's organisation who read the incident beside its administrators; None: all of
    them, as in events of before incidents were shared.
    """

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
    readers: list[UUID] | None = None


class Caller(Payload):
    """Who telephoned SQP, of which organisation; ``user_id`` is empty for a name that SQP typed."""

    user_id: UUID | None
    name: str
    organisation_id: UUID
    organisation_kind: OrganisationKind
    organisation_name: str


class IncidentDeclared(IncidentEvent):
    """A reseller or a client declared an incident on products that a contract covers, or SQP did for one of them, which
    ``on_behalf`` names; ``promised_on``: the day on which dispatch was promised, where it was."""

    type: ClassVar[str] = "incidents.incident.declared.v1"

    nature: Nature
    product_reference: str
    serial_numbers: list[str]
    promised_on: Day | None = None
    on_behalf: Caller | None = None


class IncidentStatusChanged(IncidentEvent):
    """The incident moved from ``previous_status`` to ``status``; ``reason``: why it is pending. ``told_with``: it was
    one of many, of which IncidentsMoved tells people once the job with this id has ended, or it was merged with
    another, of which IncidentMerged does."""

    type: ClassVar[str] = "incidents.incident.status_changed.v1"

    previous_status: Status
    note: str = ""
    reason: PendingReason | None = None
    told_with: UUID | None = None


class IncidentMerged(IncidentEvent):
    """The incident took in ``source``, of the same reseller and client, which is over and read here from now on; with
    ``undone``, they are apart again. ``source_readers``: the source's ``readers``. ``agent_ids``: who of SQP had either
    at the desk."""

    type: ClassVar[str] = "incidents.incident.merged.v1"

    source: str
    source_title: str
    source_readers: list[UUID] | None = None
    undone: bool = False
    agent_ids: list[UUID] = Field(default_factory=list)


class IncidentClosingPostponed(IncidentEvent):
    """The reseller or the client wrote to the other after the incident was resolved: it closes on ``closes_on`` at the
    earliest. Published for the first such message of a resolution, without its text."""

    type: ClassVar[str] = "incidents.incident.closing_postponed.v1"

    closes_on: Day


class IncidentClientGiven(IncidentEvent):
    """The incident's contract had no client and got one, which reads the incident from now on; or the client turned
    out to be another reseller's: ``client_id`` is empty then, and it reads the incident no more."""

    type: ClassVar[str] = "incidents.incident.client_given.v1"


class IncidentShared(IncidentEvent):
    """An administrator of the client changed who of its organisation reads the incident, which ``readers`` names now;
    ``given_to``: its basic people who did not read it before."""

    type: ClassVar[str] = "incidents.incident.shared.v1"

    given_to: list[UUID] = Field(default_factory=list)


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
    thread: SharedThread
    excerpt: str


class NoteWritten(Event):
    """A person of SQP wrote a note for SQP's people alone. The event carries neither its text nor the incident's data.

    ``mentioned_ids``: people of SQP that the note mentions; ``writer_ids``: those who wrote notes there before.
    """

    type: ClassVar[str] = "incidents.note.written.v1"
    aggregate: ClassVar[str] = "number"

    number: str
    actor: Actor
    at: Moment
    mentioned_ids: list[UUID] = Field(default_factory=list)
    writer_ids: list[UUID] = Field(default_factory=list)


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


class Parcel(Payload):
    """A parcel on its way to the holder or back; ``tracking_url`` is empty for a carrier without a page."""

    direction: Direction
    carrier: str
    tracking_number: str = ""
    tracking_url: str = ""


class ExchangeChanged(IncidentEvent):
    """The full state of an exchange line after ``step``. The claim to the maker is in no event.

    ``serial_number`` is the faulty product, ``replacement_serial_number`` what takes its place, and does so as planned
    since ``reserved_at``: a unit is sent out again after its own exchange, however old the line is. ``replaced_on`` is
    the day on which it took over; ``return_due_on`` until when the faulty one is awaited, ``replacement_due_on`` until
    when a replacement that is to come back; never both are awaited. ``origin_line``: where
    the replacement of another line was dead on arrival, that line. ``parcel``: the one that ``step`` is about.
    ``stock_expected_on``: the day on which what is out of stock is expected. ``consequence``: what follows if a return
    that is awaited is late, as it was in force at the approval.
    """

    type: ClassVar[str] = "incidents.exchange.changed.v1"

    exchange_id: UUID
    line: int
    origin_line: int | None = None
    step: ExchangeStep
    exchange_type: ExchangeType
    decision: Decision
    serial_number: str
    product_reference: str
    replacement_serial_number: str | None = None
    replacement_reference: str | None = None
    reserved_at: Moment | None = None
    dispatch: Dispatch
    cover: Cover
    replaced_on: Day | None = None
    return_state: ReturnState
    return_due_on: Day | None = None
    replacement_return: ReplacementReturn = "none"
    replacement_due_on: Day | None = None
    consequence: Consequence | None = None
    outcome: Outcome | None = None
    stock_expected_on: Day | None = None
    parcel: Parcel | None = None
    note: str = ""


class ReturnReminded(IncidentEvent):
    """The return of a line is due in ``days_left`` days, negative once over: the reminder of ``threshold``.

    ``sealed_token`` (JWE for notifications alone) opens the page on which the holder answers without log-in, until
    ``expires_at``. ``serial_number`` and ``product_reference`` are of what is to come back: the replacement with
    ``of_replacement``. ``consequence`` is what follows if it is late, as it was in force at the approval: ``warn``,
    ``standard`` or ``refused``.
    """

    type: ClassVar[str] = "incidents.return.reminded.v1"

    exchange_id: UUID
    line: int
    serial_number: str
    product_reference: str
    of_replacement: bool = False
    return_due_on: Day
    days_left: int
    threshold: int
    consequence: Consequence
    sealed_token: str
    expires_at: Moment


EVENTS: tuple[type[Event], ...] = (
    IncidentDeclared,
    IncidentStatusChanged,
    IncidentMerged,
    IncidentClosingPostponed,
    IncidentClientGiven,
    IncidentShared,
    PromiseMissed,
    MessagePosted,
    NoteWritten,
    FilesAttached,
    FileDetached,
    ExchangeChanged,
    ReturnReminded,
)
