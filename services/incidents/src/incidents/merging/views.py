"""Merges as each of the two incidents tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api import incidents as schemas
from api.incidents.desk import MergedIncident
from chassis.sql import AnyRow
from events.incidents import Status
from incidents.labels import SQP, STATUS
from incidents.merging import repository
from incidents.merging.models import UNDO_FOR
from web.i18n import Language, text

INTO = text("Fusionné avec l’incident n° {other}", "Merged with incident no. {other}")
TOOK_IN = text("L’incident n° {other} est fusionné avec celui-ci", "Incident no. {other} is merged with this one")
PARTED = text("La fusion avec l’incident n° {other} est annulée", "The merge with incident no. {other} is undone")


async def merges(reader: AsyncConnection, number: str) -> list[MergedIncident]:
    """Those that hold."""
    return [
        MergedIncident(
            number=row.source_number,
            into=row.target_number,
            at=row.at,
            by_name=row.by_name,
            undo_until=row.at + UNDO_FOR,
        )
        for row in await repository.of(reader, number)
        if row.undone_at is None
    ]


async def history(reader: AsyncConnection, number: str, language: Language) -> list[schemas.HistoryLine]:
    return [line for row in await repository.of(reader, number) for line in _lines(row, number, language)]


def _lines(row: AnyRow, number: str, language: Language) -> Iterator[schemas.HistoryLine]:
    is_source = row.source_number == number
    other = row.target_number if is_source else row.source_number
    before: Status = row.source_status if is_source else row.target_status
    during: Status = "closed" if is_source else before
    said = (INTO if is_source else TOOK_IN)[language].format(other=other)
    yield _line(row.at, (row.by_id, row.by_name), before, during, said, language)
    if row.undone_at is not None:
        said = PARTED[language].format(other=other)
        yield _line(row.undone_at, (row.undone_by_id, row.undone_by_name), during, before, said, language)


def _line(
    at: datetime, by: tuple[UUID | None, str], before: Status, now: Status, said: str, language: Language
) -> schemas.HistoryLine:
    return schemas.HistoryLine(
        at=at,
        by=schemas.Person(user_id=by[0], name=by[1], organisation_kind="sqp", organisation_name=SQP),
        from_status=before,
        from_label=STATUS[before][language],
        to_status=now,
        to_label=STATUS[now][language],
        reason=None,
        reason_label=None,
        note="",
        sentence=said,
    )
