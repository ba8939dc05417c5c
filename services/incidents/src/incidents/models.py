"""Incidents: their declaration, states and history, their two threads and what is attached to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, Integer, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.searching import fold, searchable
from events import OrganisationKind
from events.files import ScanState
from events.incidents import Actor, Nature, Scope, Status, Thread
from incidents import states
from incidents.base import Base
from incidents.errors import (
    DeclarationNotYours,
    FileNotYours,
    FileStillPending,
    IllegalTransition,
    IncidentOver,
    ThreadNotFound,
    TransitionNotYours,
)
from incidents.sentences import STATUS
from incidents.states import AttachmentState, PendingReason


class DayCounter(Base):
    """The last number given on a day of Europe/Paris; its row lock makes declarations of one day queue up."""

    __tablename__ = "day_counters"

    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[int]


class Incident(Base):
    """An incident, with the contract, the parties' names and the address as they were on declaration.

    ``articles``: designation, product_reference and serial_number of those concerned.
    """

    __tablename__ = "incidents"

    number: Mapped[str] = mapped_column(primary_key=True)
    # Day, then counter: 20122399 before 201223100.
    number_key: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[Status] = mapped_column(default="new")
    pending_reason: Mapped[PendingReason | None]
    title: Mapped[str]
    title_key: Mapped[str]
    nature: Mapped[Nature]
    description: Mapped[str]
    articles: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    delivery_address: Mapped[dict[str, Any]]
    contract_number: Mapped[str]
    product_reference: Mapped[str]
    serial_number: Mapped[str]
    starts_on: Mapped[date]
    warranty_ends_on: Mapped[date]
    service_level: Mapped[str]
    reseller_id: Mapped[UUID]
    reseller_name: Mapped[str]
    client_id: Mapped[UUID | None]
    client_name: Mapped[str | None]
    client_key: Mapped[str | None]
    declared_at: Mapped[datetime]
    declarer_id: Mapped[UUID]
    declarer_kind: Mapped[OrganisationKind]
    declared_by: Mapped[UUID]
    declared_by_name: Mapped[str]
    linked_to: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))
    resolved_at: Mapped[datetime | None]
    search_text: Mapped[str]

    __table_args__ = (
        Index(
            "ix_incidents_search",
            "reseller_id",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
        *(
            Index(f"ix_incidents_by_{name}", "reseller_id", column, "number_key")
            for name, column in (
                ("title", "title_key"),
                ("product", "product_reference"),
                ("client_name", "client_key"),
                ("status", "status"),
            )
        ),
        Index("ix_incidents_by_number", "reseller_id", "number_key"),
        Index("ix_incidents_by_client", "client_id", "number_key"),
        Index("ix_incidents_contract_number", "contract_number"),
        Index("ix_incidents_to_close", "resolved_at", postgresql_where=text("status = 'resolved'")),
    )

    def settle(self) -> None:
        """Recomputes what the list sorts and searches by."""
        self.title_key = fold(self.title)
        self.client_key = fold(self.client_name) if self.client_name else None
        parts = [part for article in self.articles for part in (article["serial_number"], article["product_reference"])]
        own = [self.number, self.title, self.product_reference, self.serial_number, self.client_name]
        self.search_text = searchable([*own, self.contract_number, *STATUS[self.status].values(), *parts])

    def grow(self) -> None:
        """One more fact about the incident; its row must be locked."""
        self.version += 1

    def move(
        self, to: Status, by: Actor, at: datetime, *, reason: PendingReason | None = None, note: str = ""
    ) -> HistoryEntry:
        """The next state, and its line in the history.

        Raises IllegalTransition when ``to`` does not follow, TransitionNotYours when another must do it.
        """
        movers = states.TRANSITIONS[self.status].get(to)
        if movers is None:
            raise IllegalTransition(current=self.status, wanted=to)
        if states.mover(by, self.declarer_id) not in movers:
            raise TransitionNotYours(current=self.status, wanted=to)
        line = HistoryEntry.of(self, self.status, to, by, at, reason=reason, note=note)
        self.status = to
        self.pending_reason = reason
        self.resolved_at = at if to == "resolved" else None
        self.settle()
        return line

    def require_going(self) -> None:
        """Nothing is said on or attached to an incident whose state is final; raises IncidentOver."""
        if self.status in states.FINAL:
            raise IncidentOver(number=self.number)

    def require_thread(self, thread: Thread, actor: Actor) -> None:
        if thread not in states.threads(actor.organisation_kind, self.client_id):
            raise ThreadNotFound

    def require_attachable(self, scope: Scope, actor: Actor) -> None:
        """A thread takes files of its two sides, the declaration those of its declarer and of the reseller."""
        if scope != "declaration":
            self.require_thread(scope, actor)
        elif actor.organisation_id not in states.declaring(self.declarer_id, self.reseller_id):
            raise DeclarationNotYours
        self.require_going()


class HistoryEntry(Base):
    """One change of state; the application may neither change nor delete it. No ``user_id``: the platform did it."""

    __tablename__ = "incident_history"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    at: Mapped[datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str]
    organisation_id: Mapped[UUID | None]
    organisation_kind: Mapped[OrganisationKind | None]
    from_status: Mapped[Status | None]
    to_status: Mapped[Status]
    reason: Mapped[PendingReason | None]
    note: Mapped[str]

    @classmethod
    def of(
        cls,
        incident: Incident,
        previous: Status | None,
        to: Status,
        by: Actor,
        at: datetime,
        *,
        reason: PendingReason | None = None,
        note: str = "",
    ) -> HistoryEntry:
        return cls(
            incident_number=incident.number,
            at=at,
            user_id=by.user_id,
            user_name=by.name,
            organisation_id=by.organisation_id,
            organisation_kind=by.organisation_kind,
            from_status=previous,
            to_status=to,
            reason=reason,
            note=note,
        )


class Message(Base):
    """What somebody wrote in a thread; the application may neither change nor delete it."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(Identity(), unique=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    thread: Mapped[Thread]
    body: Mapped[str]
    at: Mapped[datetime]
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    organisation_id: Mapped[UUID]
    organisation_kind: Mapped[OrganisationKind]

    __table_args__ = (Index("ix_messages_thread", "incident_number", "thread", "position"),)


class Attachment(Base):
    """A file that somebody named on an incident. The files service decides: ``pending`` until it has spoken.

    Rows stay when the file is refused, taken off or erased, so that a late event finds what became of it.
    ``file_version`` is the newest state of the file that was applied; ``size`` is in bytes.
    """

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    file_id: Mapped[UUID] = mapped_column(index=True)
    scope: Mapped[Scope]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"), index=True)
    state: Mapped[AttachmentState] = mapped_column(default="pending")
    refusal: Mapped[str | None]
    file_version: Mapped[int] = mapped_column(default=0)
    name: Mapped[str | None]
    media_type: Mapped[str | None]
    size: Mapped[int | None]
    scan: Mapped[ScanState | None]
    attached_at: Mapped[datetime]
    attached_by: Mapped[UUID]
    attached_by_name: Mapped[str]
    organisation_id: Mapped[UUID]
    organisation_kind: Mapped[OrganisationKind]

    __table_args__ = (
        Index(
            "uq_attachments_shown",
            "incident_number",
            "file_id",
            unique=True,
            postgresql_where=text("state IN ('pending', 'bound')"),
        ),
    )

    def detach(self, incident: Incident, by: Actor) -> None:
        """Takes the file off. A pending one waits for the files service's word, so that the two cannot cross."""
        owners = states.file_owners(self.scope, incident.declarer_id, incident.reseller_id, self.organisation_id)
        if by.organisation_id not in owners:
            raise FileNotYours
        incident.require_going()
        if self.state == "pending":
            raise FileStillPending
        self.state = "detached"


class Draft(Base):
    """A declaration under way, as the portal keeps it: opaque to this service, its user's own."""

    __tablename__ = "incident_drafts"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    contract_number: Mapped[str]
    content: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
