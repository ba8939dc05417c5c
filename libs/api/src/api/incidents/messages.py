"""Messages of an incident, the files that it and they name, and who wrote them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, field_validator

from events import OrganisationKind
from events.files import ScanState
from events.incidents import Scope, Thread
from web.i18n import Invalid
from web.schemas import Answer, Paragraphs, Request

# What became of an attachment; the last three are no longer shown.
AttachmentState = Literal["pending", "bound", "refused", "detached", "erased"]

MAX_FILES = 20
MAX_MENTIONS = 20

FileIds = Annotated[list[UUID], Field(max_length=MAX_FILES)]


def each_once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise Invalid("Le même fichier figure deux fois.", "The same file occurs twice.")
    return ids


class Person(Answer):
    """Who did it; ``user_id`` empty: the platform itself."""

    user_id: UUID | None
    name: str
    organisation_kind: OrganisationKind | None
    organisation_name: str | None


class MessageCreate(Request):
    """``mentions``: ids of active people of SQP that a note mentions, besides those that its text names by
    ``@log-in``."""

    body: Paragraphs
    file_ids: FileIds = Field(default_factory=list)
    mentions: Annotated[list[UUID], Field(max_length=MAX_MENTIONS)] = Field(default_factory=list)

    files_once = field_validator("file_ids")(each_once)


class FilesCreate(Request):
    file_ids: FileIds = Field(min_length=1)
    scope: Scope

    files_once = field_validator("file_ids")(each_once)


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


class Mention(Answer):
    """A person of SQP that a note mentions."""

    user_id: UUID
    name: str


class Message(Answer):
    """``mentions`` are a note's; there are none in other threads. ``merged_from``: the incident on which it was
    written, where that was merged into this one."""

    id: UUID
    thread: Thread
    body: str
    at: datetime
    author: Person
    attachments: list[Attachment]
    mentions: list[Mention] = Field(default_factory=list)
    merged_from: str | None = None


class Posted(Answer):
    """``due_at``: until when its author may take it back; it is no message before that."""

    id: UUID
    thread: Thread
    at: datetime
    version: int
    due_at: datetime | None = None


class PendingMessage(Answer):
    """What leaves in ``seconds``, as this service counts them. ``refusal``: why it did not leave; it then waits for its
    author to take it back."""

    id: UUID
    thread: Thread
    body: str
    file_ids: list[UUID]
    due_at: datetime
    seconds: int
    refusal: str


class PendingMessages(Answer):
    items: list[PendingMessage]
