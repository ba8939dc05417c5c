"""Work on many incidents of the desk at once: a job of SQP's people with one result for each incident."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.incidents.desk_views import DeskQuery
from api.incidents.incidents import Number, StatusChange
from web.schemas import Answer, OptionalParagraphs, Request

# As many incidents as one job takes.
MOST_ROWS = 500

Action = Literal["assign", "release", "move", "remind"]
JobState = Literal["running", "done", "cancelled"]
# ``unchanged``: it was so already; ``cancelled``: the job was stopped before.
Outcome = Literal["waiting", "done", "unchanged", "refused", "failed", "cancelled"]

# Each once, in the order in which they were given.
Numbers = Annotated[
    list[Number], Field(min_length=1, max_length=MOST_ROWS), AfterValidator(lambda given: list(dict.fromkeys(given)))
]


class BulkAssign(Request):
    """To a colleague, or to oneself; the note goes with each, for SQP alone."""

    action: Literal["assign"]
    user_id: UUID
    note: OptionalParagraphs = ""


class BulkRelease(Request):
    """Unassigns those that the caller has."""

    action: Literal["release"]
    note: OptionalParagraphs = ""


class BulkMove(StatusChange):
    """As a change of state of one incident. Each incident's state when its row is performed decides whether it is
    allowed, not the state when it was selected."""

    action: Literal["move"]


class BulkRemind(Request):
    """Whose answer is awaited is told so; a person once, of all of them."""

    action: Literal["remind"]


BulkAct = Annotated[BulkAssign | BulkRelease | BulkMove | BulkRemind, Field(discriminator="action")]


class BulkJobCreate(Request):
    numbers: Numbers
    act: BulkAct


class Selection(Request):
    """What a view of the queue holds now."""

    query: DeskQuery


class Selected(Answer):
    """In the view's order, ``MOST_ROWS`` at most; ``is_cut``: the view holds more."""

    numbers: list[str]
    is_cut: bool


class BulkPreview(Answer):
    """What the job would do now, in sentences; and of how many incidents it would change something."""

    sentences: list[str]
    changing: int


class BulkRow(Answer):
    """``said``: the result in words, empty while it waits."""

    number: str
    title: str
    outcome: Outcome
    outcome_label: str
    said: str


class BulkJobSummary(Answer):
    """``handled``: of ``total`` rows those that have a result; ``outcomes``: how many have which."""

    id: UUID
    action: Action
    sentence: str
    state: JobState
    state_label: str
    total: int
    handled: int
    outcomes: dict[Outcome, int]
    created_at: datetime
    ended_at: datetime | None


class BulkJob(BulkJobSummary):
    rows: list[BulkRow]


class BulkJobs(Answer):
    """The caller's last ones, newest first."""

    items: list[BulkJobSummary]
