"""Exchanges of hardware: an incident's exchange lines, as they are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from api.incidents.addresses import Address
from api.incidents.exchange_steps import Carrier, ClaimState, Condition, StepName
from api.incidents.incidents import Choice
from api.incidents.messages import Person
from api.incidents.overdue import OverdueReturns
from api.incidents.promises import PromiseBadge
from events.exchange_words import (
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
from web.schemas import Answer, Page

ShipmentState = Literal[
    "prepared", "shipped", "delivered", "lost", "damaged", "refused", "returned_to_sender", "recalled"
]
# What SQP alone reads in the time line, beside the steps that everybody does.
SqpStep = Literal[
    "overdue_passed_over",
    "statement_passed_over",
    "quarantined",
    "carrier_news",
    "second_delivery",
    "spare_came_back",
    "parcel_withdrawn",
    "claim_opened",
    "claim_sent",
    "claim_accepted",
    "claim_refused",
    "claim_settled",
]
FactStep = Literal[ExchangeStep, SqpStep]
# Where a line stands, each in one stage: nothing decided, to send, on its way, awaited back, too late, arrived, only to
# be closed, over.
Stage = Literal["to_decide", "to_ship", "shipped", "awaited", "overdue", "to_inspect", "to_close", "done"]


class Shipment(Answer):
    """A parcel, of one line or of several. ``address`` is frozen once it is prepared; ``doubtful_number``: the number's
    check digit is wrong for this carrier. ``actions``: what the caller may report of it now; ``may_recall``: whether
    the caller may withdraw it, as it has not left."""

    id: UUID
    direction: Direction
    direction_label: str
    lines: list[int]
    carrier: str
    carrier_label: str
    tracking_number: str
    tracking_url: str
    doubtful_number: bool
    state: ShipmentState
    state_label: str
    prepared_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    expected_on: date | None
    address: Address | None
    contact: str
    opening_hours: str
    actions: list[ShipmentState]
    may_recall: bool = False


class Fact(Answer):
    """Something that happened to a line, told in ``sentence``. ``at`` is when it happened, ``recorded_at`` when the
    platform learnt of it. Facts are only ever added."""

    step: FactStep
    sentence: str
    at: datetime
    recorded_at: datetime
    by: Person
    note: str
    tracking_url: str


class Replacement(Answer):
    serial_number: str
    product_reference: str
    condition: Condition
    condition_label: str
    reason: str


class WayBack(Answer):
    """``due_on`` is empty until it is known; ``days_left`` is negative once it is over. ``consequence`` tells in words
    what follows if it is late, as it was in force at the approval. ``address``: SQP's, in lines, where it is to go.
    ``outcome``: how it ended."""

    label: str
    is_awaited: bool
    due_on: date | None
    is_overdue: bool
    days_left: int | None
    extensions_left: int
    consequence: str
    address: str
    outcome: Outcome | None
    outcome_label: str | None


class Return(WayBack):
    """Of the faulty product. ``missing``: accessories that did not come back."""

    state: ReturnState
    received_serial_number: str | None
    missing: list[str]
    invoice_reference: str
    certificate_file_id: UUID | None
    is_disk_kept: bool = False


class ReplacementWayBack(WayBack):
    """Of what was sent, once it is to come back: its exchange was reversed, or cancelled after it had left."""

    state: ReplacementReturn


class Claim(Answer):
    """SQP's claim to the maker; no other side sees it."""

    state: ClaimState
    label: str
    maker_number: str
    due_on: date | None


class ExchangeRow(Answer):
    """A line in a list. ``version`` counts its changes. ``return_state`` and ``return_due_on`` are of the faulty
    product, ``replacement_return_state`` is of a replacement that is to come back; one at most is awaited, until
    ``due_on``."""

    id: UUID
    incident_number: str
    line: int
    version: int
    type: ExchangeType
    type_label: str
    decision: Decision
    state_label: str
    serial_number: str
    product_reference: str
    replacement_serial_number: str | None
    reseller: str
    reseller_id: UUID
    client: str | None
    dispatch: Dispatch
    return_state: ReturnState
    return_label: str
    return_due_on: date | None
    replacement_return_state: ReplacementReturn
    replacement_return_label: str
    due_on: date | None
    is_overdue: bool
    stage: Stage
    requested_at: datetime


class ExchangePage(Page[ExchangeRow]):
    """``counts``: of everything that the caller may see, how many lines stand in each stage, each up to 10,001. Every
    line stands in one."""

    counts: dict[Stage, int]


class Exchange(ExchangeRow):
    """A line with its parcels and its time line, oldest first. ``origin_line``: where the replacement of
    another line was dead, that line.

    ``actions`` are the steps that the caller may take now; ``may_ship``: a parcel may be prepared for it. ``claim`` is
    SQP's alone; ``claim_next`` what may follow of it.
    """

    origin_line: int | None
    designation: str
    decision_label: str
    dispatch_label: str
    replacement: Replacement | None
    stock_expected_on: date | None
    promise: PromiseBadge | None
    cover: Cover
    cover_label: str
    replaced_on: date | None
    return_: Return = Field(alias="return")
    replacement_return: ReplacementWayBack | None
    shipments: list[Shipment]
    timeline: list[Fact]
    claim: Claim | None
    claim_next: list[ClaimState]
    may_ship: bool
    actions: list[StepName]


class DataStatement(Answer):
    """What the holder stated before the product left; ``text_version`` names the questions that were asked."""

    at: datetime
    by: Person
    text_version: str
    lines: list[str]


class ExchangeChoices(Answer):
    """What the steps may say, in the caller's language."""

    types: list[Choice]
    conditions: list[Choice]
    carriers: list[Choice]
    inspections: list[Choice]
    settlements: list[Choice]
    reversals: list[Choice]
    claims: list[Choice]


class Exchanges(Answer):
    """The lines of one incident. ``requestable``: serial numbers that the caller may ask an exchange for now, with what
    they are told before: of its return (``return_terms``), and of the returns that are ``overdue``. ``may_state``:
    whether the caller may state what became of the data. ``address_warning``: why an exchange in advance cannot be
    delivered to the incident's address, where one is to be sent or may be asked for."""

    items: list[Exchange]
    requestable: list[str]
    statements: list[DataStatement]
    may_state: bool
    return_terms: str = ""
    overdue: OverdueReturns | None = None
    address_warning: str = ""
    choices: ExchangeChoices


class Taken(Answer):
    """A line after a step; ``version`` is also the ETag. ``known``: the back office told nothing new, and nothing was
    changed."""

    id: UUID
    incident_number: str
    line: int
    version: int
    decision: Decision
    known: bool = False


class Prepared(Answer):
    """A parcel after what was told of it."""

    id: UUID
    incident_number: str
    carrier: Carrier
    tracking_number: str
    state: ShipmentState


class Tracked(Answer):
    """For each fact, in their order: whether it was news, known, or of an unknown parcel."""

    items: list[Literal["applied", "known", "unknown"]]
