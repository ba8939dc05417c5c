"""From rows to answers, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from api import notifications as schemas
from api.notifications import Kind, SubjectType
from chassis.sql import AnyRow
from notifications import labels
from notifications.notification_types import KINDS, OPTIONAL, wants_email, wants_line
from web.i18n import Language


def notification(
    identifier: UUID,
    *,
    kind: Kind,
    facts: dict[str, Any],
    subject: dict[str, Any],
    created_at: datetime,
    unread: bool,
    language: Language,
) -> schemas.Notification:
    words = labels.render(kind, facts, language)
    return schemas.Notification(
        id=identifier,
        kind=kind,
        title=words.title,
        body=words.line,
        subject=schemas.Subject.model_validate(subject),
        created_at=created_at,
        unread=unread,
    )


def line(row: AnyRow, language: Language) -> schemas.Notification:
    return notification(
        row.id,
        kind=row.kind,
        facts=row.facts,
        subject=row.subject,
        created_at=row.created_at,
        unread=row.read_at is None,
        language=language,
    )


def unread_subject(kind: SubjectType, row: AnyRow) -> schemas.UnreadSubject:
    return schemas.UnreadSubject(type=kind, id=row.id, threads=sorted(row.threads), count=row.count)


def preferences(email: dict[str, bool], app: dict[str, bool]) -> schemas.Preferences:
    return schemas.Preferences(
        email={kind: wants_email(kind, email) for kind in KINDS},
        app={kind: wants_line(kind, app) for kind in KINDS if kind in OPTIONAL},
    )
