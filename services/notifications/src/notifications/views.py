"""From rows to answers, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.i18n import Language
from chassis.sql import AnyRow
from notifications import schemas, wording
from notifications.kinds import EMAIL_BY_DEFAULT, Kind, wants_email


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
    words = wording.render(kind, facts, language)
    return schemas.Notification(
        id=identifier,
        kind=kind,
        title=words.title,
        body=words.body,
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


def preferences(chosen: dict[str, bool]) -> schemas.Preferences:
    return schemas.Preferences(email={kind: wants_email(kind, chosen) for kind in EMAIL_BY_DEFAULT})
