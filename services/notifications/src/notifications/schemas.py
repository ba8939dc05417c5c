"""Requests and answers of the notifications service."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from chassis.http.paging import Page
from chassis.i18n import Invalid
from chassis.schemas import Answer, Request
from events.incidents import Thread
from notifications.kinds import EMAIL_BY_DEFAULT, Kind
from notifications.rules import SubjectType


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


class MarkRead(Request):
    """Either ``ids`` or ``all``. Ids that are not the caller's own change nothing."""

    ids: list[UUID] | None = Field(default=None, min_length=1, max_length=200)
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.ids is None) == (self.all is None):
            raise Invalid("Indiquez ids, ou all.", "Give either ids or all.")
        return self


class Marked(Answer):
    marked: int
    unread_count: int


class EmailPut(Request):
    """Which kinds come by e-mail as well. A kind that is left out goes back to its default."""

    incident_declared: StrictBool = EMAIL_BY_DEFAULT["incident_declared"]
    status_changed: StrictBool = EMAIL_BY_DEFAULT["status_changed"]
    message_posted: StrictBool = EMAIL_BY_DEFAULT["message_posted"]
    files_attached: StrictBool = EMAIL_BY_DEFAULT["files_attached"]
    contract_registered: StrictBool = EMAIL_BY_DEFAULT["contract_registered"]
    contract_extended: StrictBool = EMAIL_BY_DEFAULT["contract_extended"]
    contract_expiring: StrictBool = EMAIL_BY_DEFAULT["contract_expiring"]
    sign_up_requested: StrictBool = EMAIL_BY_DEFAULT["sign_up_requested"]
    new_device: StrictBool = EMAIL_BY_DEFAULT["new_device"]


class PreferencesPut(Request):
    email: EmailPut


class Preferences(Answer):
    """Per kind, whether it comes by e-mail as well. Links to an account always do."""

    email: dict[Kind, bool]
