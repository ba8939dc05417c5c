"""Requests and answers about renewals, which the contracts service keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import model_validator

from web.i18n import Invalid, Text, text
from web.schemas import Answer, Day, Intake, Page, Request
from web.text import characters

# ``ordered`` follows the shop's order, or a contract of its own that goes on with the cover; people set the others.
State = Literal["open", "proposed", "ordered", "lost"]
OwnState = Literal["open", "proposed", "lost"]
LostReason = Literal["price", "replaced", "retired", "competitor", "no_answer", "other"]
# In the portal's pages and the service's exports.
STATES: Mapping[State, Text] = {
    "open": text("À proposer", "To propose"),
    "proposed": text("Proposé", "Proposed"),
    "ordered": text("Commandé", "Ordered"),
    "lost": text("Perdu", "Lost"),
}
LOST_REASONS: Mapping[LostReason, Text] = {
    "price": text("Prix", "Price"),
    "replaced": text("Matériel remplacé", "Equipment replaced"),
    "retired": text("Matériel arrêté", "Equipment retired"),
    "competitor": text("Autre fournisseur", "Another supplier"),
    "no_answer": text("Sans réponse", "No answer"),
    "other": text("Autre", "Other"),
}
Note = Annotated[str, Intake(characters.paragraphs, most=2_000)]


class RenewalPatch(Request):
    """What is left out stays. ``lost`` comes with its reason, which goes with the state; ``next_on`` null: no date."""

    state: OwnState | None = None
    lost_reason: LostReason | None = None
    note: Note | None = None
    next_on: Day | None = None

    @model_validator(mode="after")
    def lost_for_a_reason(self) -> Self:
        if self.state == "lost" and self.lost_reason is None:
            raise Invalid("Un renouvellement perdu a un motif.", "A lost renewal has a reason.")
        return self


class RenewalOffer(Answer):
    """An extension on sale; ``order_until`` is the last day on which it may be ordered for this end of cover."""

    sku: str
    label: str
    months: int
    url: str
    order_until: date


class Renewal(Answer):
    """One end of cover and what becomes of it; ``ends_on`` stays once an order has moved the contract's end,
    which is ``covered_until``.

    ``followed_by``: the contract that goes on with the cover and was sold instead of an extension.

    ``days_left`` counts from today and is negative once over. ``reseller`` is named to SQP alone.
    """

    contract_number: str
    ends_on: date
    covered_until: date
    version: int
    product_reference: str
    serial_number: str
    reseller: str | None = None
    client: str | None
    client_id: UUID | None
    days_left: int
    state: State
    lost_reason: LostReason | None
    note: str
    next_on: date | None
    order_id: str | None
    followed_by: str | None = None
    offers: list[RenewalOffer]


class StateCounts(Answer):
    open: int = 0
    proposed: int = 0
    ordered: int = 0
    lost: int = 0


class Month(StateCounts):
    """Contracts whose cover ends in the month of which ``month`` is the first day, by state."""

    month: date
    contracts: int = 0


class RenewalPage(Page[Renewal]):
    """``months``: from three before this one to twelve after it, whatever month and state are asked for; ``counts``
    by state of the month asked for, or of all of them."""

    months: list[Month]
    counts: StateCounts
