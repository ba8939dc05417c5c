"""The desk: what SQP's people work from. One next action an incident, who has it, and how the work is spread."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.incidents.incidents import Number
from api.incidents.promises import PromiseBadge
from events import OrganisationKind
from events.desk import Awaited
from events.incidents import PendingReason, Status
from web.i18n import Invalid
from web.schemas import Answer, Day, OptionalLine, OptionalParagraphs, Page, Paragraphs, Request

# What SQP does next on an incident: take it up, diagnose, answer, decide on an exchange, send, inspect what came back,
# chase what did not, remind who is awaited, look after stock, maker or carrier, close what is done. The most pressing
# first.
Action = Literal[
    "answer",
    "decide",
    "inspect",
    "dispatch",
    "close",
    "start",
    "diagnose",
    "remind",
    "check",
    "chase_return",
]
# Due now, due at a later time, or due now and passed over by the caller.
When = Literal["due", "later", "skipped"]
# Why a row stands where it does; ``later``: it is not due yet.
UrgencyKind = Literal["promise_overdue", "promise_today", "waiting", "new", "due", "later"]
# Who has to act next; ``holder``: the organisation that has the product that is to come back.
Turn = Literal["sqp", "reseller", "client", "holder", "stock", "maker", "carrier", "other", "nobody"]
# What an incident is to another.
Relation = Literal["related", "follows", "duplicates", "same_cause"]
Act = Literal["take", "next", "assign", "release", "skip", "settle", "snooze", "wake", "remind", "absent", "left"]


def _person_or_word(value: str) -> str:
    if value in ("", "mine", "unassigned"):
        return value
    try:
        return str(UUID(value))
    except ValueError:
        raise Invalid(
            "« mine », « unassigned » ou l’identifiant d’une personne est attendu.",
            "“mine”, “unassigned” or a person’s id is expected.",
        ) from None


Who = Annotated[str, StringConstraints(max_length=40), AfterValidator(_person_or_word)]


class Urgency(Answer):
    """``at``: since when a promise is overdue, a message unanswered, or an action due; of ``promise_today`` the cut-off
    that is still ahead or has passed, of ``later`` when it is due."""

    kind: UrgencyKind
    at: datetime


class Colleague(Answer):
    user_id: UUID
    name: str


class LastMessage(Answer):
    """The newest in the thread of SQP and reseller."""

    at: datetime
    kind: OrganisationKind


class DeskState(Answer):
    """``action`` is empty where SQP has nothing to do. ``unanswered_since``: the first message of a party since SQP's
    last word. ``stuck_for``: working days without a move, 0 up to three of them. ``snoozed_until``: until when
    it was put off, while that is ahead; ``is_snoozed``: nothing has brought it back before."""

    number: str
    action: Action | None
    action_label: str
    action_at: datetime | None
    urgency: Urgency | None
    turn: Turn
    turn_label: str
    unanswered_since: datetime | None
    last_message: LastMessage | None
    assignee: Colleague | None
    assigned_at: datetime | None
    is_mine: bool
    stuck_for: int
    snoozed_until: datetime | None = None
    is_snoozed: bool = False


class DeskRow(DeskState):
    title: str
    status: Status
    status_label: str
    pending_reason: PendingReason | None
    product_reference: str
    serial_number: str
    reseller: str
    reseller_id: UUID
    client: str | None
    service_level: str
    declared_at: datetime
    promise: PromiseBadge | None


class DeskCounts(Answer):
    """Under the filters of the list, of what is due: all of it, the caller's, and what has no assignee."""

    due: int
    mine: int
    unassigned: int
    later: int
    skipped: int


class DeskPage(Page[DeskRow]):
    counts: DeskCounts


class DeskDue(Answer):
    """For a badge."""

    due: int
    mine: int


class DeskAct(Answer):
    """One act at the desk: an assignment, a skip or a snooze, with its time, author and note. SQP alone reads it."""

    act: Act
    sentence: str
    at: datetime
    by_name: str
    note: str


class LinkedIncident(Answer):
    """Another incident that this one belongs with; ``relation_label`` is said of this one."""

    number: str
    relation_label: str
    title: str
    status: Status
    status_label: str
    reseller: str
    reason: str
    at: datetime
    by_name: str


class MergedIncident(Answer):
    """``number`` is read in ``into``; one of them is the incident itself. ``undo_until``: until when the two may be
    parted again."""

    number: str
    into: str
    at: datetime
    by_name: str
    undo_until: datetime


class Awaiting(Answer):
    """The side ``party`` whose answer SQP waits for: its ``name``, what a reminder quotes of what it was ``asked``,
    when it was last reminded, and whether it may be now."""

    party: Awaited
    name: str
    asked: str
    reminded_at: datetime | None
    may_remind: bool


class DeskItem(DeskState):
    """``acts``: the last ones, newest first. ``colleagues``: people to whom it may be assigned. ``may_write``: whether
    the caller may act on it. ``merges``: the incident into which it was merged, or those that were merged into it.
    ``awaiting`` is empty if SQP waits for no answer, or has to answer first itself."""

    acts: list[DeskAct]
    colleagues: list[Colleague]
    may_write: bool
    links: list[LinkedIncident] = Field(default_factory=list)
    merges: list[MergedIncident] = Field(default_factory=list)
    awaiting: Awaiting | None = None


class Workload(Answer):
    """How many open incidents a person has: due now, and due later."""

    user_id: UUID
    name: str
    due: int
    later: int
    is_me: bool


class DeskPeople(Answer):
    """SQP's people at the desk, those with most incidents first. ``unassigned``: how many due incidents are assigned to
    no person. ``service_levels``: those that occur in the queue, for its filter."""

    items: list[Workload]
    unassigned: int
    service_levels: list[str]


class DeskFilter(Request):
    """As the list is narrowed. ``who``: ``mine``, ``unassigned`` or a person's id."""

    q: OptionalLine = ""
    who: Who = ""
    action: Action | None = None
    state: Status | None = None
    reseller_id: UUID | None = None
    service_level: OptionalLine = ""


class NextWanted(DeskFilter):
    """``leaving``: the incident that the caller comes from, which is not given again while another is due."""

    leaving: Number | None = None


class NextGiven(Answer):
    """Empty where nothing of the view is due and free."""

    number: str | None


class Assign(Request):
    user_id: UUID
    note: OptionalParagraphs = ""


class Skip(Request):
    reason: Paragraphs


class PutOff(Request):
    """Until nine o'clock in Paris of ``on``; without it, of the next working day."""

    on: Day | None = None
    note: OptionalParagraphs = ""


class LinkCreate(Request):
    """``relation``: what this incident is to ``number``."""

    number: Number
    relation: Relation = "related"
    reason: Paragraphs


class MergeInto(Request):
    number: Number


class Release(Request):
    note: OptionalParagraphs = ""


class Absent(Request):
    """Without ``user_id`` the caller's own."""

    user_id: UUID | None = None
    note: OptionalLine = ""


class GivenBack(Answer):
    count: Annotated[int, Field(ge=0)]
