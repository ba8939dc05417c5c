"""Incidents, their messages, files and history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from api.incidents.addresses import Address, DeliveryChoice
from api.incidents.overdue import AdvanceTerms, OverdueReturns
from api.incidents.promises import Promise, PromiseBadge, PromiseOffer
from events import OrganisationKind
from events.files import ScanState
from events.incidents import Nature, PendingReason, Scope, Status, Thread
from web.i18n import Invalid
from web.schemas import Answer, ContractNumber, Line, OptionalParagraphs, Page, Paragraphs, Request, Serial
from web.text import codes

Number = Annotated[codes.Bare, StringConstraints(pattern=r"^[0-9]{8,16}$")]

# What became of an attachment; the last three are no longer shown.
AttachmentState = Literal["pending", "bound", "refused", "detached", "erased"]

MAX_FILES = 20
MAX_MENTIONS = 20

FileIds = Annotated[list[UUID], Field(max_length=MAX_FILES)]


def _each_once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise Invalid("Le même fichier figure deux fois.", "The same file occurs twice.")
    return ids


# The two of which one telephones SQP.
PartyKind = Literal["reseller", "client"]


class OnBehalf(Request):
    """For whom SQP declares, and who of it telephoned: one of its people, or somebody by name."""

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
    promise was shown (:class:`PromiseOffer`); it is kept for a day, whatever SQP changes meanwhile."""

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

    files_once = field_validator("file_ids")(_each_once)


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


class MessageCreate(Request):
    """``mentions``: active people of SQP whom a note calls, beside those whose log-in stands in it after an ``@``."""

    body: Paragraphs
    file_ids: FileIds = Field(default_factory=list)
    mentions: Annotated[list[UUID], Field(max_length=MAX_MENTIONS)] = Field(default_factory=list)

    files_once = field_validator("file_ids")(_each_once)


class FilesCreate(Request):
    file_ids: FileIds = Field(min_length=1)
    scope: Scope

    files_once = field_validator("file_ids")(_each_once)


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


class Person(Answer):
    """Who did it; ``user_id`` empty: the platform itself."""

    user_id: UUID | None
    name: str
    organisation_kind: OrganisationKind | None
    organisation_name: str | None


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


# Whether the party's people read what is written to it: nobody has an account, or nobody chose a password yet, or
# their access is closed.
Readership = Literal["active", "invited", "disabled", "no_account", "access_closed"]


class Party(Answer):
    """``name`` as on declaration; the rest as it is now. ``readership``: whether anybody there reads the portal."""

    id: UUID
    name: str
    email: str
    phone: str
    readership: Readership


class Attachment(Answer):
    """``pending`` until files has bound it, and only then with name, size (bytes), type, scan, and ``removable``.

    ``refused``: it was the caller's organisation that named it, and no such file of the caller's was free to be bound.
    """

    file_id: UUID
    scope: Scope
    message_id: UUID | None
    state: AttachmentState
    name: str | None
    media_type: str | None
    size: int | None
    scan: ScanState | None
    attached_at: datetime
    attached_by_name: str
    organisation_kind: OrganisationKind
    removable: bool = False


class Attachments(Answer):
    items: list[Attachment]


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
    delivery_address: Address
    address_warning: str = ""
    contract: ContractCopy
    reseller: Party
    client: Party | None
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
    """``from`` is empty for the declaration; ``on_behalf``: for whom SQP declared, as in the incident."""

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


class History(Answer):
    items: list[HistoryLine]


class Mention(Answer):
    """A person of SQP whom a note calls."""

    user_id: UUID
    name: str


class Message(Answer):
    """``mentions`` are a note's; there are none in other threads."""

    id: UUID
    thread: Thread
    body: str
    at: datetime
    author: Person
    attachments: list[Attachment]
    mentions: list[Mention] = Field(default_factory=list)


class Posted(Answer):
    id: UUID
    thread: Thread
    at: datetime
    version: int
