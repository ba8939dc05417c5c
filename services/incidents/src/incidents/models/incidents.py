"""Incidents: their declaration, states and history."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Identity, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.changes import ChangeColumns
from chassis.sql import AnyRow
from events import OrganisationKind
from events.incidents import Actor, Nature, PendingReason, Scope, Status
from incidents import states
from incidents.errors import IllegalTransition, IncidentOver, Merged, TransitionNotYours
from incidents.labels import STATUS
from incidents.models.base import Base
from web import clock
from web.text import codes
from web.text.folding import fold, searchable


class DayCounter(Base):
    """The last number given on a day of Europe/Paris; its row lock makes declarations of one day queue up."""

    __tablename__ = "day_counters"

    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[int]


class Incident(Base):
    """An incident, with the contract, the parties' names and the address as they were on declaration.

    ``articles``: designation, product_reference and serial_number of those concerned. ``version`` counts what all
    parties read, ``revision`` every fact. Only ``version`` is shown, so that it does not reveal that a message was
    written in a thread that its reader may not read.
    """

    __tablename__ = "incidents"

    number: Mapped[str] = mapped_column(primary_key=True)
    # Day, then counter: 20122399 before 201223100.
    number_key: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    revision: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    status: Mapped[Status] = mapped_column(default="new")
    pending_reason: Mapped[PendingReason | None]
    title: Mapped[str]
    title_key: Mapped[str]
    nature: Mapped[Nature]
    description: Mapped[str]
    articles: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    delivery_address: Mapped[dict[str, Any]]
    contract_number: Mapped[str]
    # As numbers are compared, case and padding apart; and the reference as it sorts.
    contract_code: Mapped[str] = mapped_column(
        Computed(codes.NUMBER_SQL.format(column="contract_number"), persisted=True), index=True
    )
    product_reference: Mapped[str]
    product_key: Mapped[str] = mapped_column(Computed("fold(product_reference)", persisted=True))
    serial_number: Mapped[str]
    starts_on: Mapped[date]
    warranty_ends_on: Mapped[date]
    service_level: Mapped[str]
    reseller_id: Mapped[UUID]
    reseller_name: Mapped[str]
    client_id: Mapped[UUID | None]
    client_name: Mapped[str | None]
    # What the client is called since; the list shows and sorts by it, the search finds by both.
    client_name_now: Mapped[str | None]
    client_key: Mapped[str | None]
    # Who of the client's organisation reads it beside its administrators; None: everybody.
    readers: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    declared_at: Mapped[datetime]
    # Whose declaration it is: the reseller's or the client's, also where SQP wrote it for a caller.
    declarer_id: Mapped[UUID]
    declarer_kind: Mapped[OrganisationKind]
    declared_by: Mapped[UUID]
    declared_by_name: Mapped[str]
    # Who of the declarer telephoned; a name if and only if SQP wrote the declaration.
    caller_id: Mapped[UUID | None]
    caller_name: Mapped[str | None]
    linked_to: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))
    # Where it is read since it was merged; its state is ``closed`` then.
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))
    resolved_at: Mapped[datetime | None]
    # Of the units in its exchanges, those that replace included: the search finds by them.
    exchange_serials: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
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
                ("product", "product_key"),
                ("client_name", "client_key"),
                ("status", "status"),
            )
        ),
        Index("ix_incidents_by_number", "reseller_id", "number_key"),
        Index("ix_incidents_by_client", "client_id", "number_key"),
        Index(
            "ix_incidents_articles",
            "articles",
            postgresql_using="gin",
            postgresql_ops={"articles": "jsonb_path_ops"},
        ),
        Index(
            "ix_incidents_open",
            "reseller_id",
            "declared_at",
            postgresql_include=["status"],
            postgresql_where=text("status IN ('new', 'in_diagnosis', 'pending', 'exchange')"),
        ),
        Index("ix_incidents_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
        Index("ix_incidents_linked_to", "linked_to", postgresql_where=text("linked_to IS NOT NULL")),
        Index("ix_incidents_to_close", "resolved_at", postgresql_where=text("status = 'resolved'")),
    )

    def refresh_search_columns(self) -> None:
        """Recomputes what the list sorts and searches by."""
        self.title_key = fold(self.title)
        client = self.client_name_now or self.client_name
        self.client_key = fold(client) if client else None
        parts = [part for article in self.articles for part in (article["serial_number"], article["product_reference"])]
        own = [self.number, self.title, self.product_reference, self.serial_number]
        clients = [self.client_name_now, self.client_name]
        day, status = clock.day(self.declared_at), STATUS[self.status].values()
        self.search_text = searchable(
            [*own, *clients, self.contract_number, day, *status, *parts, *(self.exchange_serials or ())]
        )

    def give(self, client_id: UUID, name: str) -> None:
        """The contract, which had no client on declaration, has one."""
        self.client_id = client_id
        self.client_name = name
        self.refresh_search_columns()
        self.bump_version()

    def take_from_client(self) -> None:
        """It turned out to be another reseller's."""
        self.client_id = self.client_name = self.client_name_now = None
        self.readers = []
        self.refresh_search_columns()
        self.bump_version()

    def share(self, people: Collection[UUID] | None) -> None:
        """With these people of the client's organisation beside its administrators, or with everybody (None). Who
        declared it reads it in any case."""
        declarer = client_declarer(self)
        by_name = {*(people or ()), *([declarer] if declarer else [])}
        self.readers = None if people is None else sorted(by_name, key=str)

    def rename_client(self, name: str) -> None:
        """The names of the day stay on the sheet."""
        self.client_name_now = name
        self.refresh_search_columns()

    def bump_version(self, scope: Scope = "declaration") -> None:
        """One more fact about the incident, read by those of ``scope``; its row must be locked."""
        self.bump_revision()
        if scope == "declaration":
            self.version += 1

    def bump_revision(self) -> None:
        """One more fact about something that has a version of its own; its row must be locked."""
        # The previous release counts in ``version`` alone, and may run beside this one.
        self.revision = max(self.revision, self.version) + 1

    def move(
        self, to: Status, by: Actor, at: datetime, *, reason: PendingReason | None = None, note: str = ""
    ) -> HistoryEntry:
        """The next state, and its line in the history.

        Raises IllegalTransition when ``to`` does not follow, TransitionNotYours when another must do it, Merged.
        """
        self.require_apart()
        movers = states.TRANSITIONS[self.status].get(to)
        if movers is None:
            raise IllegalTransition(current=self.status, wanted=to)
        if states.mover(by, self.declarer_id) not in movers:
            raise TransitionNotYours(current=self.status, wanted=to)
        line = HistoryEntry.of(self, self.status, to, by, at, reason=reason, note=note)
        self.status = to
        self.pending_reason = reason
        self.resolved_at = at if to == "resolved" else None
        self.refresh_search_columns()
        return line

    def merge(self, target: str) -> None:
        """Over, without a line in the history: its states go on as they were if the two are parted again."""
        self.merged_into, self.status, self.pending_reason = target, "closed", None
        self.refresh_search_columns()

    def part(self, status: Status, reason: PendingReason | None) -> None:
        self.merged_into, self.status, self.pending_reason = None, status, reason
        self.refresh_search_columns()

    @property
    def holds_the_promise(self) -> bool:
        """Whether the promise of dispatch waits: for the reseller or the client, for a refusal to be taken back, or for
        the incident with which it was merged to keep it."""
        waits = self.status == "pending" and self.pending_reason in states.AWAITED
        return waits or self.status in ("rejected", "cancelled") or self.merged_into is not None

    def require_apart(self) -> None:
        """Nothing at all happens on an incident that was merged with another; raises Merged."""
        if self.merged_into is not None:
            raise Merged(number=self.number, target=self.merged_into)

    def require_going(self) -> None:
        """Nothing is said on or attached to an incident whose state is final; raises IncidentOver, or Merged."""
        self.require_apart()
        if self.status in states.FINAL:
            raise IncidentOver(number=self.number)


def client_declarer(incident: Incident | AnyRow) -> UUID | None:
    """The person of the client's organisation who declared it, or for whom SQP did on the telephone."""
    if incident.declarer_kind != "client":
        return None
    return incident.declared_by if incident.caller_name is None else incident.caller_id


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


class Change(ChangeColumns, Base):
    """An incident's, for programs that follow; ``version`` is that of what all parties read."""
