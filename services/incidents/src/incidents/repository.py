"""The SQL of incidents: loading for a change, and keeping the read models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import Actor
from incidents.base import Base
from incidents.models import Attachment, DayCounter, Draft, Incident
from incidents.queries import visible
from incidents.read_models import Cover, DeliveryAddress, Organisation
from incidents.states import SHOWN


async def cover(session: AsyncSession, number: str, actor: Actor) -> Cover | None:
    return await session.scalar(select(Cover).where(Cover.number == number, visible(Cover, actor)))


async def find_for_change(session: AsyncSession, number: str, actor: Actor) -> Incident | None:
    """The incident, its row locked."""
    query = select(Incident).where(Incident.number == number, visible(Incident, actor)).with_for_update()
    return await session.scalar(query)


async def incident_of_contract(session: AsyncSession, number: str, contract: str, actor: Actor) -> bool:
    query = select(Incident.number).where(
        Incident.number == number, Incident.contract_number == contract, visible(Incident, actor)
    )
    return await session.scalar(query) is not None


async def next_of_day(session: AsyncSession, day: date) -> int:
    """The day's next counter, from 1. Holds the day's row until commit: numbers neither repeat nor skip."""
    statement = insert(DayCounter).values(day=day, value=1)
    following = statement.on_conflict_do_update(index_elements=["day"], set_={"value": DayCounter.value + 1})
    return (await session.execute(following.returning(DayCounter.value))).scalar_one()


async def organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    return await session.get(Organisation, identifier)


async def offered_address(
    session: AsyncSession, identifier: UUID, organisations: Sequence[UUID]
) -> DeliveryAddress | None:
    """The address, when it is one of ``organisations``' and not deleted."""
    query = select(DeliveryAddress).where(
        DeliveryAddress.id == identifier,
        DeliveryAddress.organisation_id.in_(organisations),
        DeliveryAddress.deleted.is_(False),
    )
    return await session.scalar(query)


async def shown_attachment(session: AsyncSession, number: str, file_id: UUID) -> Attachment | None:
    query = select(Attachment).where(
        Attachment.incident_number == number, Attachment.file_id == file_id, Attachment.state.in_(SHOWN)
    )
    return await session.scalar(query.with_for_update())


async def any_attached(session: AsyncSession, number: str, file_ids: Sequence[UUID]) -> UUID | None:
    """One of these files that the incident shows already; call it under the incident's lock."""
    query = select(Attachment.file_id).where(
        Attachment.incident_number == number, Attachment.file_id.in_(file_ids), Attachment.state.in_(SHOWN)
    )
    return await session.scalar(query.limit(1))


async def attachments_of_file(
    session: AsyncSession, file_id: UUID, version: int, incident: str | None
) -> Sequence[Attachment]:
    """The shown attachments of a file whose state is older than ``version``, locked; on one incident or on all."""
    query = select(Attachment).where(
        Attachment.file_id == file_id,
        Attachment.file_version < version,
        Attachment.state.in_(SHOWN),
    )
    if incident is not None:
        query = query.where(Attachment.incident_number == incident)
    return (await session.scalars(query.order_by(Attachment.id).with_for_update())).all()


async def resolved_before(session: AsyncSession, moment: datetime, limit: int) -> Sequence[Incident]:
    query = (
        select(Incident)
        .where(Incident.status == "resolved", Incident.resolved_at < moment)
        .order_by(Incident.resolved_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def learn(session: AsyncSession, model: type[Base], key: str, values: dict[str, Any]) -> None:
    """Upserts a row of a read model, unless a newer version of it is known."""
    statement = insert(model).values(values)
    columns = model.__table__.c
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[key],
            set_={name: statement.excluded[name] for name in values if name != key},
            where=columns["version"] < values["version"],
        )
    )


async def put_draft(session: AsyncSession, draft: Draft) -> None:
    values = {"contract_number": draft.contract_number, "content": draft.content, "updated_at": draft.updated_at}
    statement = insert(Draft).values(user_id=draft.user_id, id=draft.id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id", "id"], set_=values))


async def other_drafts(session: AsyncSession, user_id: UUID, identifier: UUID) -> int:
    query = select(func.count()).select_from(Draft).where(Draft.user_id == user_id, Draft.id != identifier)
    return (await session.scalars(query)).one()


async def delete_draft(session: AsyncSession, user_id: UUID, identifier: UUID) -> bool:
    """Whether there was one."""
    statement = delete(Draft).where(Draft.user_id == user_id, Draft.id == identifier)
    return await session.scalar(statement.returning(Draft.id)) is not None


async def delete_drafts_before(session: AsyncSession, moment: datetime) -> None:
    await session.execute(delete(Draft).where(Draft.updated_at < moment))
