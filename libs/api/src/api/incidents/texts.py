"""What is written on incidents, and the files on them, found by the words in them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from events import OrganisationKind
from events.files import ScanState
from events.incidents import Scope, Status
from web.schemas import Answer, Page

# What is searched: messages, among which a declaration's text counts; or files, by their names.
TextPart = Literal["message", "file"]


class Piece(Answer):
    """``is_hit``: it is what was searched."""

    text: str
    is_hit: bool


class TextHit(Answer):
    """A message, a declaration (neither ``message_id`` nor ``file_id``) or a file that holds every word of the query.

    ``scope`` is where it stands: the declaration, or a thread. ``excerpt`` is some of the message around what was
    found, and of a file its name; ``scan`` is a file's.
    """

    part: TextPart
    incident_number: str
    incident_title: str
    status: Status
    status_label: str
    reseller: str
    client: str | None
    scope: Scope
    message_id: UUID | None
    file_id: UUID | None
    scan: ScanState | None
    at: datetime
    by_name: str
    by_kind: OrganisationKind
    excerpt: list[Piece]


class TextPage(Page[TextHit]):
    """Newest first; those that hold each word as it was typed come before those that hold a form of it."""
