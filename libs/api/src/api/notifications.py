"""Requests and answers of the notifications service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from events.incidents import Thread
from web.i18n import Invalid
from web.schemas import Answer, Page, Request

Kind = Literal[
    "incident_declared",
    "incident_shared",
    "status_changed",
    "answer_reminded",
    "closing_postponed",
    "promise_missed",
    "exchange_changed",
    "return_reminded",
    "message_posted",
    "note_mentioned",
    "note_written",
    "files_attached",
    "contract_registered",
    "contract_extended",
    "contract_expiring",
    "sign_up_requested",
    "new_device",
]
SubjectType = Literal["incident", "contract", "sign_up_request", "session"]


class Subject(Answer):
    """What the notification is about; ``path`` leads there in the portal."""

    type: SubjectType
    id: str
    thread: Thread | None = None
    path: str


class Notification(Answer):
    """``title`` and ``body`` are in the reader's language; ``created_at`` is when the fact happened."""

    id: UUID
    kind: Kind
    title: str
    body: str
    subject: Subject
    created_at: datetime
    unread: bool


class NotificationPage(Page[Notification]):
    unread_count: int


SubjectId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,64}$")]


class ReadSubject(Request):
    """What the caller has before the eyes: an incident, and those of its ``threads`` that are open."""

    type: SubjectType
    id: SubjectId
    threads: list[Thread] = Field(default_factory=list, max_length=3)


class MarkRead(Request):
    """One of ``ids``, ``subject`` and ``all``. Ids that are not the caller's own change nothing."""

    ids: list[UUID] | None = Field(default=None, min_length=1, max_length=200)
    subject: ReadSubject | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def one_of_three(self) -> Self:
        if [self.ids, self.subject, self.all].count(None) != 2:
            raise Invalid("Indiquez ids, subject ou all.", "Give one of ids, subject and all.")
        return self


class Marked(Answer):
    marked: int
    unread_count: int


class UnreadSubject(Answer):
    """``threads``: those with an unread message or file; ``count`` of all unread lines about the subject."""

    type: SubjectType
    id: str
    threads: list[Thread]
    count: int


class UnreadSubjects(Answer):
    items: list[UnreadSubject]


class EmailPut(Request):
    """Which kinds come by e-mail as well. A kind that is left out goes back to its default; ``new_device`` always
    comes, and what is said of it is not heard."""

    # A file mostly comes with a message or a declaration, and registrations come by the hundred from the back office
    # (identity sends its one e-mail per organisation): both stay in the feed unless a person asks for more.
    incident_declared: bool = True
    # A colleague's act, and mostly said between the two: the feed is enough.
    incident_shared: bool = False
    status_changed: bool = True
    answer_reminded: bool = True
    closing_postponed: bool = True
    promise_missed: bool = True
    exchange_changed: bool = True
    return_reminded: bool = True
    message_posted: bool = True
    # Of SQP's people alone.
    note_mentioned: bool = True
    note_written: bool = False
    files_attached: bool = False
    contract_registered: bool = False
    contract_extended: bool = True
    contract_expiring: bool = True
    sign_up_requested: bool = True
    new_device: bool = True


class AppPut(Request):
    """Which of the kinds that may be missed come into the feed."""

    files_attached: bool = True
    contract_registered: bool = True
    contract_extended: bool = True
    contract_expiring: bool = True


class PreferencesPut(Request):
    """What is left out goes back to its default."""

    email: EmailPut
    app: AppPut = Field(default_factory=AppPut)


class Preferences(Answer):
    """Per kind, whether it comes by e-mail as well (links to an account always do), and whether it comes into the feed
    where that may be switched off."""

    email: dict[Kind, bool]
    app: dict[Kind, bool]
