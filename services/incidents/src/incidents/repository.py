"""The SQL of incidents: loading for a change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from events.incidents import Actor, Scope
from incidents.access import visible
from incidents.models import (
    BY_PARTY,
    Attachment,
    CoveredContract,
    DayCounter,
    DeliveryAddress,
    Incident,
    Message,
    Organisation,
    User,
)
from incidents.queries import read_within
from incidents.states import OPEN, SHOWN
from web.text import codes


async def covered_contract(session: AsyncSession, number: str, by: Actor) -> CoveredContract | None:
    """By its number in any notation; one that was registered in exactly this notation comes first.

    It stays as it is until the transaction ends, so that a client that it gets later gets the incident, too.
    """
    query = select(CoveredContract).where(
        CoveredContract.number_code == codes.number(number), visible(CoveredContract, by)
    )
    query = query.order_by((CoveredContract.number == number).desc()).limit(1)
    return await session.scalar(query.with_for_update(read=True))


async def find_for_change(session: AsyncSession, number: str, by: Actor) -> Incident | None:
    """The incident, its row locked."""
    query = select(Incident).where(Incident.number == number, visible(Incident, by)).with_for_update(key_share=True)
    return await session.scalar(query)


async def incident_of_contract(session: AsyncSession, number: str, contract: str, by: Actor) -> bool:
    query = select(Incident.number).where(
        Incident.number == number, Incident.contract_code == codes.number(contract), visible(Incident, by)
    )
    return await session.scalar(query) is not None


async def declared_since(
    session: AsyncSession, moment: datetime, by: Actor, contract: str, title_key: str
) -> Sequence[Incident]:
    """What this person declared on the contract under the same title since ``moment``, and is still open."""
    query = select(Incident).where(
        Incident.contract_code == codes.number(contract),
        Incident.declared_by == by.user_id,
        Incident.title_key == title_key,
        Incident.declared_at >= moment,
        Incident.status.in_(OPEN),
    )
    return (await session.scalars(query.order_by(Incident.number_key))).all()


async def next_of_day(session: AsyncSession, day: date) -> int:
    """The day's next counter, from 1. Holds the day's row until commit: numbers neither repeat nor skip."""
    statement = insert(DayCounter).values(day=day, value=1)
    following = statement.on_conflict_do_update(index_elements=["day"], set_={"value": DayCounter.value + 1})
    return (await session.execute(following.returning(DayCounter.value))).scalar_one()


async def organisation(session: AsyncSession, identifier: UUID) -> Organisation | None:
    """The organisation, locked against a change of its name: a row that copies the name is then either written with the
    new name or renamed later."""
    query = select(Organisation).where(Organisation.id == identifier)
    return await session.scalar(query.with_for_update(read=True))


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
    return await session.scalar(query.with_for_update(key_share=True))


async def all_attached(session: AsyncSession, number: str, file_ids: Sequence[UUID]) -> dict[UUID, Scope]:
    """Those of these files that the incident shows already, and where; call it under the incident's lock."""
    query = select(Attachment.file_id, Attachment.scope).where(
        Attachment.incident_number == number, Attachment.file_id.in_(file_ids), Attachment.state.in_(SHOWN)
    )
    return {row.file_id: row.scope for row in (await session.execute(query)).all()}


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
    return (await session.scalars(query.order_by(Attachment.id).with_for_update(key_share=True))).all()


async def doubted_since(session: AsyncSession, number: str, moment: datetime) -> bool:
    """Whether the reseller or the client wrote in the client thread since ``moment``."""
    query = select(Message.id).where(
        Message.incident_number == number, Message.thread == "client", Message.at > moment, BY_PARTY
    )
    return await session.scalar(query.limit(1)) is not None


async def person_of(session: AsyncSession, user_id: UUID | None, organisation_id: UUID) -> User | None:
    """The person, unless disabled, of this organisation."""
    query = select(User).where(User.id == user_id, User.organisation_id == organisation_id, User.status != "disabled")
    return await session.scalar(query)


async def colleagues(session: AsyncSession, ids: Collection[UUID], log_ins: Collection[str]) -> Sequence[User]:
    """The active people of SQP among these, by name."""
    query = select(User).where(User.login.is_not(None), User.status == "active")
    query = query.where(or_(User.id.in_(ids), User.login.in_(log_ins)))
    return (await session.scalars(query.order_by(User.name, User.id))).all()


async def writers_of_notes(session: AsyncSession, number: str) -> Sequence[UUID]:
    """Here, or on what was merged into it."""
    here = Message.incident_number.in_(read_within(number))
    query = select(Message.author_id).where(here, Message.thread == "internal")
    return (await session.scalars(query.distinct().order_by(Message.author_id))).all()


async def quiet_since(session: AsyncSession, moment: datetime, limit: int) -> Sequence[Incident]:
    """Resolved before ``moment``, and nothing written by a reseller or a client since; locked."""
    said = select(Message.id).where(Message.incident_number == Incident.number, Message.at >= moment, BY_PARTY)
    query = (
        select(Incident)
        .where(Incident.status == "resolved", Incident.resolved_at < moment, ~said.exists())
        .order_by(Incident.resolved_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.scalars(query)).all()


async def incidents_of_client(session: AsyncSession, client_id: UUID) -> Sequence[Incident]:
    """Locked, in the order in which all who lock several do."""
    query = select(Incident).where(Incident.client_id == client_id).order_by(Incident.number)
    return (await session.scalars(query.with_for_update(key_share=True))).all()


async def incidents_without_client(session: AsyncSession, contract: str) -> Sequence[Incident]:
    """Of this contract; locked, in the order in which all who lock several do."""
    query = select(Incident).where(Incident.contract_code == codes.number(contract), Incident.client_id.is_(None))
    return (await session.scalars(query.order_by(Incident.number).with_for_update(key_share=True))).all()
