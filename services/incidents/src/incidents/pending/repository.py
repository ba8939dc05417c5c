"""The SQL of messages that wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from chassis.sql import AnyRow
from events.incidents import Actor, Thread
from incidents.models import Message
from incidents.pending.models import PendingMessage


async def own(reader: AsyncConnection, number: str, thread: Thread, user_id: UUID | None) -> Sequence[AnyRow]:
    query = select(PendingMessage.__table__).where(
        PendingMessage.author_id == user_id, PendingMessage.incident_number == number, PendingMessage.thread == thread
    )
    return (await reader.execute(query.order_by(PendingMessage.written_at))).all()


async def waiting(session: AsyncSession, number: str, by: Actor) -> Sequence[PendingMessage]:
    """Of this author, those that are to leave; the incident is locked."""
    query = select(PendingMessage).where(
        PendingMessage.author_id == by.user_id,
        PendingMessage.incident_number == number,
        PendingMessage.refusal.is_(None),
    )
    return (await session.scalars(query.order_by(PendingMessage.written_at))).all()


async def place(session: AsyncSession, identifier: UUID) -> str | None:
    """Of which incident it is; None once it has left or was taken back."""
    return await session.scalar(select(PendingMessage.incident_number).where(PendingMessage.id == identifier))


async def get(session: AsyncSession, identifier: UUID) -> PendingMessage | None:
    """As it is now; its incident is locked."""
    return await session.get(PendingMessage, identifier, populate_existing=True)


async def has_left(session: AsyncSession, identifier: UUID, by: Actor) -> bool:
    left = exists().where(Message.id == identifier, Message.author_id == by.user_id)
    return bool(await session.scalar(select(left)))


async def overdue(session: AsyncSession, moment: datetime, limit: int) -> Sequence[UUID]:
    query = select(PendingMessage.id).where(PendingMessage.due_at < moment, PendingMessage.refusal.is_(None))
    return (await session.scalars(query.order_by(PendingMessage.due_at).limit(limit))).all()


async def remove_refused_before(session: AsyncSession, moment: datetime) -> None:
    gone = delete(PendingMessage).where(PendingMessage.due_at < moment, PendingMessage.refusal.is_not(None))
    await session.execute(gone)
