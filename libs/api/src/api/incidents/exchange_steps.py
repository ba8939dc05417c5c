"""Exchanges of hardware: what may be asked of them. A step is one fact about a line or a parcel."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from events.exchange_words import ExchangeType
from web.i18n import Invalid
from web.schemas import Day, Line, OptionalLine, OptionalParagraphs, Paragraphs, Reference, Request, Serial

Condition = Literal["new", "reconditioned"]
Carrier = Literal["chronopost", "colissimo", "dpd", "ups", "fedex", "gls", "dhl", "other"]
ClaimState = Literal["opened", "sent", "accepted", "refused", "settled"]
Reversal = Literal["fault_gone", "not_covered"]
WayBack = Literal["return", "replacement"]
LineNumber = Annotated[int, Field(ge=1, le=9999)]
# Of a unit that a person reads off its label: makers print capitals.
UnitSerial = Annotated[Serial, AfterValidator(str.upper)]
# A step without carrier is one of the carrier that its number suggests.
# As pasted: with spaces, in lower case, or the whole link to the carrier's page.
TrackingNumber = Annotated[OptionalLine, Field(description="A number, or the link that it stands in")]


class ExchangeCreate(Request):
    """Asks for an exchange of one of the incident's products. SQP decides; ``approve`` (SQP alone) does both at once.

    ``despite_overdue``: why SQP approves although returns are overdue that stand against it; SQP alone reads it.
    """

    serial_number: Serial
    type: ExchangeType = "advance_exchange"
    note: OptionalParagraphs = ""
    approve: bool = False
    despite_overdue: OptionalLine = ""


class Approve(Request):
    """``type`` where SQP approves another one than was asked for."""

    step: Literal["approve"]
    type: ExchangeType | None = None
    despite_overdue: OptionalLine = ""
    note: OptionalParagraphs = ""


class Reject(Request):
    step: Literal["reject"]
    note: Paragraphs


class Cancel(Request):
    """Free until a parcel is prepared; afterwards the parcel is called back; impossible once it was delivered."""

    step: Literal["cancel"]
    note: Paragraphs


class Reserve(Request):
    """Which unit replaces the faulty one, or did after all. ``product_reference`` where it is another product, with
    the ``reason``."""

    step: Literal["reserve"]
    serial_number: UnitSerial
    product_reference: Reference | None = None
    condition: Condition = "new"
    reason: OptionalLine = ""


class OutOfStock(Request):
    """``expected_on``: when the replacement is expected. A substitute is reserved instead."""

    step: Literal["out_of_stock"]
    expected_on: Day
    note: OptionalParagraphs = ""


class SendLabel(Request):
    """The holder gets the label of the return. ``without_statement``: why it is sent before anything was stated about
    the data on the product."""

    step: Literal["send_label"]
    carrier: Carrier | None = None
    tracking_number: TrackingNumber = ""
    without_statement: OptionalLine = ""
    note: OptionalParagraphs = ""


class WayBackStep(Request):
    """About what is awaited: the faulty product, or the replacement. ``of`` names it, and is refused of the other."""

    of: WayBack | None = None


class ReturnShipped(WayBackStep):
    """The holder has given to a carrier what is awaited: the faulty product, or the replacement.

    While a parcel is on its way, another number corrects its number; with ``another`` it is that of one more parcel.
    """

    step: Literal["return_shipped"]
    carrier: Carrier | None = None
    tracking_number: TrackingNumber = ""
    another: bool = False
    note: OptionalParagraphs = ""


class ReturnLost(WayBackStep):
    step: Literal["return_lost"]
    note: Paragraphs


class MoreTime(WayBackStep):
    """Puts the due date of the return off, twice at most."""

    step: Literal["more_time"]
    reason: Line


class KeepDisk(Request):
    """The holder keeps the disk. ``certificate_file_id``: the certificate of its destruction, attached to the
    incident. Nothing is late until SQP answers: it settles the return by it, or refuses it."""

    step: Literal["keep_disk"]
    certificate_file_id: UUID | None = None
    note: OptionalParagraphs = ""


class RefuseDisk(Request):
    """SQP wants the disk that its holder keeps: it is to be sent after all, with some days for it."""

    step: Literal["refuse_disk"]
    note: Paragraphs


class Receive(Request):
    """The parcel is at SQP. ``serial_number``: what the product's label says; none where it has none.

    ``media_found``: there are disks in it that should not be: it is quarantined, with the note, for SQP alone.
    """

    step: Literal["receive"]
    serial_number: UnitSerial | None = None
    media_found: bool = False
    note: OptionalParagraphs = ""

    @model_validator(mode="after")
    def note_of_quarantine(self) -> Self:
        if self.media_found and not self.note:
            raise Invalid(
                "Dites ce qui a été trouvé et où cela se trouve maintenant.", "Say what was found and where it is now."
            )
        return self


class Inspect(Request):
    """``missing``: accessories that did not come back, with ``partial``."""

    step: Literal["inspect"]
    outcome: Literal["as_expected", "no_fault_found", "mismatch", "partial"]
    missing: Annotated[list[Line], Field(max_length=20)] = Field(default_factory=list)
    note: OptionalParagraphs = ""

    @model_validator(mode="after")
    def names_what_is_missing(self) -> Self:
        if (self.outcome == "partial") != bool(self.missing):
            raise Invalid(
                "Un retour incomplet nomme ce qui manque, et lui seul.",
                "An incomplete return names what is missing, and it alone.",
            )
        return self


class Settle(WayBackStep):
    """Nothing is awaited any more, be it the faulty product or the replacement: the disk is kept, SQP gives up, or SQP
    invoices (``reference``; no amount)."""

    step: Literal["settle"]
    outcome: Literal["retained", "waived", "invoiced"]
    reference: OptionalLine = ""
    certificate_file_id: UUID | None = None
    note: OptionalParagraphs = ""

    @model_validator(mode="after")
    def says_why(self) -> Self:
        if self.outcome == "invoiced" and not self.reference:
            raise Invalid("Donnez la référence de la facture.", "Give the reference of the invoice.")
        if self.outcome == "waived" and not self.note:
            raise Invalid("Dites pourquoi SQP renonce au retour.", "Say why SQP gives the return up.")
        return self


class Reverse(Request):
    """The exchange is taken back after the replacement has left: cover returns to the faulty product."""

    step: Literal["reverse"]
    reason: Reversal
    note: OptionalParagraphs = ""


class ReceiveReplacement(Request):
    """After a reversal or a recall, the replacement is back at SQP. ``serial_number``: what its label says."""

    step: Literal["receive_replacement"]
    serial_number: UnitSerial | None = None
    note: OptionalParagraphs = ""


class ReplacementDead(Request):
    """The replacement does not work: a line of its own exchanges it, approved at once and promised anew."""

    step: Literal["replacement_dead"]
    note: Paragraphs


class Close(Request):
    step: Literal["close"]
    note: OptionalParagraphs = ""


class ClaimToMaker(Request):
    """SQP's claim to the maker; its note is SQP's alone. ``due_on``: until when the maker answers."""

    step: Literal["claim"]
    state: ClaimState
    maker_number: OptionalLine = ""
    due_on: Day | None = None
    note: OptionalParagraphs = ""

    @model_validator(mode="after")
    def is_numbered(self) -> Self:
        if self.state == "opened" and not self.maker_number:
            raise Invalid("Donnez le numéro du dossier chez le constructeur.", "Give the maker's case number.")
        return self


Step = Annotated[
    Approve
    | Reject
    | Cancel
    | Reserve
    | OutOfStock
    | SendLabel
    | ReturnShipped
    | ReturnLost
    | MoreTime
    | KeepDisk
    | RefuseDisk
    | Receive
    | Inspect
    | Settle
    | Reverse
    | ReceiveReplacement
    | ReplacementDead
    | Close
    | ClaimToMaker,
    Field(discriminator="step"),
]
StepName = Literal[
    "approve",
    "reject",
    "cancel",
    "reserve",
    "out_of_stock",
    "send_label",
    "return_shipped",
    "return_lost",
    "more_time",
    "keep_disk",
    "refuse_disk",
    "receive",
    "inspect",
    "settle",
    "reverse",
    "receive_replacement",
    "replacement_dead",
    "close",
    "claim",
]


class Statement(Request):
    """What the holder states before the product leaves, to the questions of ``text_version``."""

    backup: Literal["done", "impossible", "no_data"]
    disks: Literal["sent", "kept", "no_disk"]
    order_noted: bool = False
    erased: Literal["yes", "no", "impossible", "no_disk"]
    encrypted: Literal["yes", "no", "unknown"]
    accessories: OptionalLine = ""
