"""The tables of exchanges: lines, parcels, facts, statements about data, reminders, SQP's settings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents.exchange_steps import Carrier, ClaimState, Condition
from api.incidents.exchanges import FactStep, ShipmentState, Stage
from events import OrganisationKind
from events.exchange_words import (
    Consequence,
    Cover,
    Decision,
    Direction,
    Dispatch,
    ExchangeType,
    Outcome,
    ReplacementReturn,
    ReturnState,
)
from events.incidents import Actor
from incidents.exchanges import stages
from incidents.exchanges.standing import Disk
from incidents.exchanges.terms import Terms
from incidents.models.base import Base
from web.text.codes import SERIAL_SQL

shipment_lines = Table(
    "shipment_lines",
    Base.metadata,
    Column("shipment_id", Uuid, ForeignKey("shipments.id"), primary_key=True),
    Column("exchange_id", Uuid, ForeignKey("exchanges.id"), primary_key=True, index=True),
    # The serial number of what a parcel to the holder has in it for the line, where that has one.
    Column("unit", Text),
    Index("ix_shipment_lines_unit", text(SERIAL_SQL.format(column="unit"))),
)


UNIT_CODE: ColumnElement[str] = literal_column(SERIAL_SQL.format(column="shipment_lines.unit"), Text)


class Exchange(Base):
    """One faulty product of an incident, and what becomes of it. ``serial_number`` is the faulty unit's.

    ``reserved_at``: since when the present replacement is this line's. ``received_serial_number`` is what arrived
    under it. ``dispatch`` sums its outbound parcels up. ``due_on`` is as
    :func:`incidents.exchanges.standing.due_on`, ``late_after`` the same where what is awaited may be late,
    ``undated_stage`` as :func:`incidents.exchanges.standing.stage` on a day on which nothing is. ``consequence`` is
    what follows if what is awaited is late, as SQP's settings had it at the approval.
    """

    __tablename__ = "exchanges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    line: Mapped[int]
    origin_line: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    reseller_id: Mapped[UUID]
    designation: Mapped[str]
    serial_number: Mapped[str]
    serial_code: Mapped[str] = mapped_column(Computed(SERIAL_SQL.format(column="serial_number"), persisted=True))
    product_reference: Mapped[str]
    type: Mapped[ExchangeType]
    decision: Mapped[Decision] = mapped_column(default="requested")
    requested_at: Mapped[datetime]
    replacement_serial_number: Mapped[str | None]
    replacement_code: Mapped[str | None] = mapped_column(
        Computed(SERIAL_SQL.format(column="replacement_serial_number"), persisted=True)
    )
    replacement_reference: Mapped[str | None]
    replacement_condition: Mapped[Condition | None]
    replacement_reason: Mapped[str] = mapped_column(default="")
    reserved_at: Mapped[datetime | None]
    stock_expected_on: Mapped[date | None]
    dispatch: Mapped[Dispatch] = mapped_column(default="none")
    dispatched_at: Mapped[datetime | None]
    # Of a line that follows a dead replacement; the incident's own promise is in ``promises``.
    promised_on: Mapped[date | None]
    promise_missed_at: Mapped[datetime | None]
    cover: Mapped[Cover] = mapped_column(default="unchanged")
    replaced_on: Mapped[date | None]
    return_state: Mapped[ReturnState] = mapped_column(default="not_required")
    return_due_on: Mapped[date | None]
    return_extensions: Mapped[int] = mapped_column(default=0)
    consequence: Mapped[Consequence] = mapped_column(server_default="warn")
    disk: Mapped[Disk] = mapped_column(server_default="none")
    received_serial_number: Mapped[str | None]
    outcome: Mapped[Outcome | None]
    missing: Mapped[list[str]] = mapped_column(JSONB, default=list)
    invoice_reference: Mapped[str] = mapped_column(default="")
    certificate_file_id: Mapped[UUID | None]
    replacement_return: Mapped[ReplacementReturn] = mapped_column(default="none")
    replacement_due_on: Mapped[date | None]
    replacement_outcome: Mapped[Outcome | None]
    replacement_extensions: Mapped[int] = mapped_column(default=0, server_default="0")
    due_on: Mapped[date | None] = mapped_column(Computed(stages.DUE_ON, persisted=True))
    late_after: Mapped[date | None] = mapped_column(Computed(stages.LATE_AFTER, persisted=True))
    undated_stage: Mapped[Stage] = mapped_column(Computed(stages.UNDATED_STAGE, persisted=True))
    claim_state: Mapped[ClaimState | None]
    claim_number: Mapped[str] = mapped_column(default="")
    claim_due_on: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("incident_number", "line"),
        Index("uq_exchanges_open", "serial_code", unique=True, postgresql_where=text(stages.IS_EXCHANGED)),
        Index(
            "uq_exchanges_reserved",
            "replacement_code",
            unique=True,
            postgresql_where=text(f"{stages.OPEN} AND replacement_serial_number IS NOT NULL"),
        ),
        Index("ix_exchanges_replacement", "replacement_code"),
        Index("ix_exchanges_serial", "serial_code"),
        Index("ix_exchanges_due", "due_on", "id", postgresql_where=text(stages.AWAITED)),
        Index("ix_exchanges_due_of_reseller", "reseller_id", "due_on", postgresql_where=text(stages.AWAITED)),
        Index("ix_exchanges_requested", "requested_at", "id"),
        Index("ix_exchanges_going", "requested_at", "id", postgresql_where=text(stages.GOING)),
        Index("ix_exchanges_stage", "undated_stage", "late_after", postgresql_include=["reseller_id"]),
    )


class Shipment(Base):
    """A parcel; ``carrier`` and ``tracking_number`` as they were entered last, ``address`` as it was when it was
    prepared. ``sent_again_at``: when a parcel that was lost was reported under way again. ``is_presumed``: the delivery
    was assumed after days without news; neither the carrier nor a person confirmed it."""

    __tablename__ = "shipments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    direction: Mapped[Direction]
    carrier: Mapped[Carrier]
    tracking_number: Mapped[str] = mapped_column(default="")
    state: Mapped[ShipmentState]
    prepared_at: Mapped[datetime]
    shipped_at: Mapped[datetime | None]
    sent_again_at: Mapped[datetime | None]
    is_presumed: Mapped[bool] = mapped_column(server_default=text("false"))
    delivered_at: Mapped[datetime | None]
    expected_on: Mapped[date | None]
    address: Mapped[dict[str, Any] | None]
    contact: Mapped[str] = mapped_column(default="")
    opening_hours: Mapped[str] = mapped_column(default="")
    # What the back office has said of it, as :func:`incidents.exchanges.repeats.digest` puts it.
    reports: Mapped[list[str]] = mapped_column(JSONB, default=list)

    __table_args__ = (
        Index("ix_shipments_number", "tracking_number", postgresql_where=text("tracking_number <> ''")),
        Index("ix_shipments_under_way", "shipped_at", postgresql_where=text("state = 'shipped'")),
    )


class ExchangeFact(Base):
    """Something that happened to a line; the application may neither change nor delete it. ``sqp_only``: no reseller
    and no client reads it. ``data`` fills the placeholders of :data:`incidents.exchanges.labels.STEP`."""

    __tablename__ = "exchange_facts"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    exchange_id: Mapped[UUID] = mapped_column(ForeignKey("exchanges.id"), index=True)
    step: Mapped[FactStep]
    sqp_only: Mapped[bool]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str]
    organisation_kind: Mapped[OrganisationKind | None]
    note: Mapped[str]
    tracking_url: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]]


class OfficeReport(Base):
    """What the back office has said of a line, once each, and whether that was of its replacement: see
    :mod:`incidents.exchanges.repeats`. ``step`` is empty of what a release of before 0036 noted."""

    __tablename__ = "office_reports"

    exchange_id: Mapped[UUID] = mapped_column(ForeignKey("exchanges.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    of_replacement: Mapped[bool]
    step: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]


class Statement(Base):
    """What the holder stated about the data on the products of an incident; never changed."""

    __tablename__ = "data_statements"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    at: Mapped[datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str]
    organisation_kind: Mapped[OrganisationKind | None]
    text_version: Mapped[str]
    answers: Mapped[dict[str, Any]]

    def says_the_same(self, other: Statement) -> bool:
        said = (self.user_id, self.text_version, self.answers)
        return said == (other.user_id, other.text_version, other.answers)


class ReturnReminder(Base):
    """A reminder that was sent: once for each unit that is to come back, due date and threshold."""

    __tablename__ = "return_reminders"

    exchange_id: Mapped[UUID] = mapped_column(ForeignKey("exchanges.id"), primary_key=True)
    of_replacement: Mapped[bool] = mapped_column(primary_key=True, server_default=text("false"))
    due_on: Mapped[date] = mapped_column(primary_key=True)
    threshold: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class AnswerLink(Base):
    """A link in a reminder, by which the holder answers without log-in; good until its line has moved on."""

    __tablename__ = "answer_links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    exchange_id: Mapped[UUID] = mapped_column(ForeignKey("exchanges.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ExchangeTerms(Base):
    """SQP's settings since ``at``: a row for every change, and none is ever changed."""

    __tablename__ = "exchange_terms"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    return_days: Mapped[int]
    by_service_level: Mapped[dict[str, Any]]
    extension_days: Mapped[int]
    presumed_delivered_days: Mapped[int]
    overdue: Mapped[Consequence]
    return_address: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]
    user_id: Mapped[UUID]
    user_name: Mapped[str]

    @classmethod
    def of(cls, terms: Terms, by: Actor, at: datetime) -> ExchangeTerms:
        return cls(
            revision=terms.revision,
            return_days=terms.return_days,
            by_service_level=dict(terms.by_service_level),
            extension_days=terms.extension_days,
            presumed_delivered_days=terms.presumed_delivered_days,
            overdue=terms.overdue,
            return_address=terms.return_address,
            at=at,
            user_id=by.user_id,
            user_name=by.name,
        )


def fresh() -> dict[str, Any]:
    """The values of a line of which nothing is decided; defaults of columns come with the INSERT only."""
    return {
        "decision": "requested",
        "dispatch": "none",
        "cover": "unchanged",
        "return_state": "not_required",
        "return_extensions": 0,
        "consequence": "warn",
        "disk": "none",
        "replacement_return": "none",
        "replacement_extensions": 0,
        "missing": [],
        "replacement_reason": "",
        "invoice_reference": "",
        "claim_number": "",
    }
