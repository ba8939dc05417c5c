"""Incidents that belong together, as SQP's people see it: linked with a reason, and unlinked. SQP alone reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents import desk as schemas
from api.incidents.desk import Relation
from chassis.locks import one_at_a_time
from chassis.sql import AnyRow
from events.incidents import Actor
from incidents.desk import service
from incidents.desk.errors import LinkedAlready, LinkedToItself, NotLinked, OtherNotFound
from incidents.labels import STATUS
from incidents.models import Incident
from incidents.models.base import Base
from web import clock
from web.i18n import Language, Text, text

# As the incident that was linked says it of the other, and the other of that one.
RELATION: Mapping[Relation, tuple[Text, Text]] = {
    "related": (text("Lié à", "Related to"), text("Lié à", "Related to")),
    "follows": (text("Suite de", "Follows"), text("A pour suite", "Followed by")),
    "duplicates": (text("Doublon de", "Duplicate of"), text("A pour doublon", "Has the duplicate")),
    "same_cause": (text("Même cause que", "Same cause as"), text("Même cause que", "Same cause as")),
}


class IncidentLink(Base):
    """``relation`` is what ``from_number`` is to ``to_number``. The row stays when the link is ended, as a record."""

    __tablename__ = "incident_links"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    from_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    to_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    relation: Mapped[Relation]
    reason: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by_name: Mapped[str | None]


async def link(session: AsyncSession, number: str, wanted: schemas.LinkCreate, by: Actor) -> None:
    """Raises LinkedToItself, OtherNotFound, and LinkedAlready for two that are linked, whichever way round."""
    other = wanted.number
    if other == number:
        raise LinkedToItself(field="number")
    await _one_at_a_time(session, number, other)
    found = await session.scalar(select(Incident.number).where(Incident.number == other))
    if found is None:
        raise OtherNotFound(number=other, field="number")
    if await _between(session, number, other) is not None:
        raise LinkedAlready(number=other, field="number")
    values = {"from_number": number, "to_number": other, "relation": wanted.relation, "reason": wanted.reason}
    await _tell(session, number, other)
    session.add(IncidentLink(**values, at=clock.now(), by_id=by.user_id, by_name=by.name))


async def unlink(session: AsyncSession, number: str, other: str, by: Actor) -> None:
    """From either side. Raises NotLinked."""
    await _one_at_a_time(session, number, other)
    found = await _between(session, number, other)
    if found is None:
        raise NotLinked(number=other)
    await _tell(session, number, other)
    found.ended_at, found.ended_by_name = clock.now(), by.name


async def views(reader: AsyncConnection, number: str, language: Language) -> list[schemas.LinkedIncident]:
    """As ``number`` sees them, newest first."""
    return [_view(row, number, language) for row in await _listing(reader, number)]


async def _listing(reader: AsyncConnection, number: str) -> Sequence[AnyRow]:
    is_other = or_(
        and_(IncidentLink.from_number == number, Incident.number == IncidentLink.to_number),
        and_(IncidentLink.to_number == number, Incident.number == IncidentLink.from_number),
    )
    query = (
        select(IncidentLink.__table__, Incident.number, Incident.title, Incident.status, Incident.reseller_name)
        .join(Incident, is_other)
        .where(IncidentLink.ended_at.is_(None))
        .order_by(IncidentLink.id.desc())
    )
    return (await reader.execute(query)).all()


def _view(row: AnyRow, number: str, language: Language) -> schemas.LinkedIncident:
    there, back = RELATION[row.relation]
    return schemas.LinkedIncident(
        number=row.number,
        relation_label=(there if row.from_number == number else back)[language],
        title=row.title,
        status=row.status,
        status_label=STATUS[row.status][language],
        reseller=row.reseller_name,
        reason=row.reason,
        at=row.at,
        by_name=row.by_name,
    )


async def _between(session: AsyncSession, one: str, other: str) -> IncidentLink | None:
    pair = or_(
        and_(IncidentLink.from_number == one, IncidentLink.to_number == other),
        and_(IncidentLink.from_number == other, IncidentLink.to_number == one),
    )
    return await session.scalar(select(IncidentLink).where(pair, IncidentLink.ended_at.is_(None)))


async def _one_at_a_time(session: AsyncSession, *pair: str) -> None:
    await one_at_a_time(session, f"link {min(pair)} {max(pair)}")


async def _tell(session: AsyncSession, *pair: str) -> None:
    """To the open pages of both, whose items are locked in the order in which all who lock several do."""
    now = clock.now()
    for number in sorted(pair):
        item = await service.locked_item(session, number)
        item.version += 1
        service.tell(session, item, now)
