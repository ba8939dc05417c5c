"""Incidents, their states and history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from api.incidents.addresses import Address, DeliveryChoice
from api.incidents.messages import Attachment, FileIds, Person, each_once
from api.incidents.overdue import AdvanceTerms, OverdueReturns
from api.incidents.promises import Promise, PromiseBadge, PromiseOffer
from api.incidents.sharing import Sharing, SharingPut
from events.incidents import Nature, PendingReason, Scope, Status, Thread
from web.i18n import Invalid, Text, text
from web.schemas import Answer, ContractNumber, Line, OptionalParagraphs, Page, Paragraphs, Request, Serial
from web.text import codes

# People paste the address of an incident's page, or type the number with dots or dashes between its digits.
_ADDRESS = re.compile(r"^\S*/incidents/([0-9]{8,16})(?:[/?#]\S*)?$")
_BETWEEN = re.compile(r"(?<=[0-9])[-_.\u2010-\u2015]+(?=[0-9])")


def _number(value: Any) -> Any:
    """An incident's number out of the address of its page, or with its digits in groups."""
    # What is longer is refused for its length, and not searched: the search takes the square of it.
    if not isinstance(value, str) or len(value) > codes.MOST_TYPED:
        return value
    found = _ADDRESS.match(value.strip())
    return found[1] if found else _BETWEEN.sub("", value)


Number = Annotated[codes.Bare, BeforeValidator(_number), StringConstraints(pattern=r"^[0-9]{8,16}$")]

# In the portal's pages and the service's answers.
PENDING_REASONS: Mapping[PendingReason, Text] = {
    "waiting_reseller": text("En attente du revendeur", "Waiting for the reseller"),
    "waiting_client": text("En attente du client", "Waiting for the client"),
    "stock": text("En attente de stock", "Waiting for stock"),
    "maker": text("En attente du constructeur", "Waiting for the maker"),
    "carrier": text("En attente du transporteur", "Waiting for the carrier"),
    "other": text("Autre", "Other"),
}

# SQP declares on behalf of one of these, after a telephone call.
PartyKind = Literal["reseller", "client"]


class OnBehalf(Request):
    """The organisation for which SQP declares, and the person who telephoned: one with an account, or a name."""

    organisation: PartyKind
    caller_id: UUID | None = None
    caller_name: Line | None = None

    @model_validator(mode="after")
    def one_caller(self) -> Self:
        if (self.caller_id is None) == (self.caller_name is None):
            raise Invalid(
                "Choisissez la personne qui appelle, ou saisissez son nom.",
                "Choose the person who calls, or type the name.",
            )
        return self


class IncidentCreate(Request):
    """``on_behalf`` is SQP's, which declares for a caller; resellers and clients declare for themselves. ``linked_to``:
    an earlier incident of the same contract that this one takes up again. ``promise_revision``: by which terms a
    promise was shown (:class:`PromiseOffer`); it is kept for a day, whatever SQP changes meanwhile. ``sharing`` is a
    client's, whose administrators alone read its incidents unless they share them."""

    contract_number: ContractNumber
    title: Line
    nature: Nature
    serial_numbers: list[Serial] = Field(min_length=1, max_length=200)
    description: Paragraphs
    file_ids: FileIds = Field(default_factory=list)
    delivery_address: DeliveryChoice
    linked_to: Number | None = None
    promise_revision: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    on_behalf: OnBehalf | None = None
    sharing: SharingPut | None = None

    files_once = field_validator("file_ids")(each_once)


class StatusChange(Request):
    """``reason`` goes with ``pending`` and with nothing else. All parties of the incident are told the note, which a
    refusal cannot do without."""

    status: Status
    reason: PendingReason | None = None
    note: OptionalParagraphs = ""

    @model_validator(mode="after")
    def reason_of_pending(self) -> Self:
        if (self.status == "pending") != (self.reason is not None):
            raise Invalid(
                "Un motif accompagne la mise en attente, et elle seule.",
                "A reason goes with on hold, and with that alone.",
            )
        return self

    @model_validator(mode="after")
    def note_of_refusal(self) -> Self:
        if self.status == "rejected" and not self.note:
            raise Invalid("Dites pourquoi l’incident est refusé.", "Say why the incident is refused.")
        return self


class IncidentRow(Answer):
    """A line of the list. Reference and serial are the contract's, ``serial_numbers`` those concerned,
    ``exchange_serials`` those of its exchanges: of what is exchanged, of what replaces it, of what was received."""

    number: str
    title: str
    contract_number: str
    product_reference: str
    serial_number: str
    serial_numbers: list[str]
    exchange_serials: list[str] = Field(default_factory=list)
    reseller: str
    client: str | None
    client_id: UUID | None
    status: Status
    status_label: str
    declared_at: datetime
    promise: PromiseBadge | None = None


class Counts(Answer):
    """Open: new, in diagnosis, on hold, in exchange. Closed: all others."""

    open: int
    closed: int


class IncidentPage(Page[IncidentRow]):
    """``counts`` of everything that the caller may see and that matches all filters but ``open``."""

    counts: Counts


class Article(Answer):
    designation: str
    product_reference: str
    serial_number: str


class ContractCopy(Answer):
    """The contract as it was on declaration."""

    number: str
    product_reference: str
    serial_number: str
    starts_on: date
    warranty_ends_on: date
    service_level: str


# Whether a person of the party can read messages. ``no_account``: it has no accounts. ``invited``: none of its people
# has chosen a password yet. ``disabled``: all accounts are. ``access_closed``: its reseller or SQP closed the access.
Readership = Literal["active", "invited", "disabled", "no_account", "access_closed"]


class Party(Answer):
    """``name`` as on declaration; the rest as it is now."""

    id: UUID
    name: str
    email: str
    phone: str
    readership: Readership


class Choice(Answer):
    """One value that a request may hold, in the caller's language."""

    value: str
    label: str


class FileLimits(Answer):
    """``count`` files at once, of ``size`` bytes each, at most."""

    count: int
    size: int


class DeclarationChoices(Answer):
    """What a declaration may say, and how much it may hold; ``promise``: when what is declared on the contract that was
    named is dispatched, empty where its service level promises nothing; ``advance``: what holds of the exchange in
    advance that it promises; ``returns``: those that are overdue."""

    natures: list[Choice]
    files: FileLimits
    promise: PromiseOffer | None = None
    advance: AdvanceTerms | None = None
    returns: OverdueReturns | None = None


class NextState(Answer):
    """``reasons``: one of them goes with the change; empty where none does."""

    status: Status
    label: str
    reasons: list[Choice]


class Actions(Answer):
    """What the caller may do now: states to move to, threads to write in, scopes to attach files to."""

    next: list[NextState]
    write: list[Thread]
    attach: list[Scope]
    files: FileLimits


class Incident(Answer):
    """``address_warning``: why the exchange in advance that its cover promises cannot go to its address; else empty.
    ``linked_to``: the earlier incident that it was declared to follow; ``followed_by``: those that were declared to
    follow this one; of both what the caller sees. ``merged_into``: the incident in which it is read since the two were
    merged; ``merged``: those that are read in this one. ``sharing``: who of the client's organisation reads it.

    ``declared_by`` is who wrote the declaration. Where that is SQP, ``on_behalf`` is who telephoned, of the reseller or
    the client whose declaration it is; its ``user_id`` is empty for a name that was typed.
    """

    number: str
    version: int
    status: Status
    status_label: str
    pending_reason: PendingReason | None
    pending_reason_label: str | None
    title: str
    nature: Nature
    nature_label: str
    description: str
    articles: list[Article]
    declared_at: datetime
    declared_by: Person
    on_behalf: Person | None = None
    linked_to: str | None
    followed_by: list[str] = Field(default_factory=list)
    merged_into: str | None = None
    merged: list[str] = Field(default_factory=list)
    delivery_address: Address
    address_warning: str = ""
    contract: ContractCopy
    reseller: Party
    client: Party | None
    sharing: Sharing | None = None
    closes_on: date | None
    promise: Promise | None = None
    attachments: list[Attachment]
    threads: list[Thread]
    actions: Actions


class IncidentState(Answer):
    """What a change of the incident answers: its number, state and version (also the ETag). ``address_warning`` as in
    the incident, on its declaration alone."""

    number: str
    version: int
    status: Status
    status_label: str
    address_warning: str = ""


class HistoryLine(Answer):
    """A change of state; ``from`` is empty for the declaration. ``on_behalf``: the caller for whom SQP declared.
    ``sentence`` is set where SQP merged the incident with another or separated them again; if that left the state
    unchanged, ``from`` and ``to`` are equal."""

    model_config = ConfigDict(populate_by_name=True)

    at: datetime
    by: Person
    on_behalf: Person | None = None
    from_status: Status | None = Field(alias="from")
    from_label: str | None
    to_status: Status = Field(alias="to")
    to_label: str
    reason: PendingReason | None
    reason_label: str | None
    note: str
    sentence: str = ""


class History(Answer):
    items: list[HistoryLine]
