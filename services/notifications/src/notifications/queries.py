"""What is read: the feed, preferences, the stream's items. Columns, never entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, cast, func, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger, Text

from chassis.http import paging
from chassis.sql import AnyRow, AnySelect
from notifications.access import SHOWN, SHUT_OUT
from notifications.models import ClosedSession, Notification, Organisation, Preference, StreamItem, User
from web.i18n import Language

NEWEST_FIRST = paging.Sort("created_at", Notification.created_at.expression, descending=True)

LINE = (
    Notification.id,
    Notification.kind,
    Notification.facts,
    Notification.subject,
    Notification.created_at,
    Notification.read_at,
)

MOST_SUBJECTS = 1000

HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
SETTLED = text("stream_items.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


def feed(user_id: UUID, unread_only: bool) -> AnySelect:
    query: AnySelect = select(*LINE).where(Notification.user_id == user_id, SHOWN)
    return query.where(Notification.read_at.is_(None)) if unread_only else query


async def line(reader: AsyncConnection, user_id: UUID, identifier: UUID) -> AnyRow | None:
    query = feed(user_id, unread_only=False).where(Notification.id == identifier)
    return (await reader.execute(query)).one_or_none()


async def page(
    reader: AsyncConnection, query: AnySelect, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    paged = paging.page(query, NEWEST_FIRST, Notification.id.expression, limit, cursor)
    return paging.split((await reader.execute(paged)).all(), NEWEST_FIRST, limit)


async def unread_counts(reader: AsyncConnection, users: Iterable[UUID]) -> dict[UUID, int]:
    """Unread lines per person; people without any are left out."""
    query = (
        select(Notification.user_id, func.count())
        .where(Notification.user_id.in_(list(users)), Notification.read_at.is_(None), SHOWN)
        .group_by(Notification.user_id)
    )
    return {row[0]: row[1] for row in (await reader.execute(query)).all()}


async def language(reader: AsyncConnection, user_id: UUID) -> Language | None:
    known = (await reader.execute(select(User.language).where(User.id == user_id))).scalar_one_or_none()
    return None if known is None else "en" if known == "en" else "fr"


async def unread_subjects(
    reader: AsyncConnection, user_id: UUID, kind: str, ids: Sequence[str] | None
) -> Sequence[AnyRow]:
    """By subject (``id``): how many unread lines (``count``), and which threads they are about (``threads``)."""
    subject = Notification.subject.op("->>")
    identifier, thread = subject("id"), subject("thread")
    query = select(
        identifier.label("id"),
        func.count().label("count"),
        func.array_remove(func.array_agg(thread.distinct()), None).label("threads"),
    ).where(Notification.user_id == user_id, Notification.read_at.is_(None), subject("type") == kind, SHOWN)
    if ids is not None:
        query = query.where(identifier.in_(ids))
    grouped = query.group_by(identifier).order_by(func.max(Notification.created_at).desc())
    return (await reader.execute(grouped.limit(MOST_SUBJECTS))).all()


async def preferences(reader: AsyncConnection, user_id: UUID) -> tuple[dict[str, bool], dict[str, bool]]:
    """What the person chose by e-mail, and in the feed."""
    query = select(Preference.email, Preference.app).where(Preference.user_id == user_id)
    row = (await reader.execute(query)).one_or_none()
    return (row.email, row.app) if row else ({}, {})


async def shut_out(reader: AsyncConnection, users: Iterable[UUID]) -> set[UUID]:
    """Which of these are known to be disabled, or to belong to an organisation whose access is closed."""
    query = (
        select(User.id)
        .outerjoin(Organisation, Organisation.id == User.organisation_id)
        .where(User.id.in_(list(users)), SHUT_OUT)
    )
    return set((await reader.execute(query)).scalars())


async def basic_among(reader: AsyncConnection, users: Iterable[UUID]) -> set[UUID]:
    """Which of these are known to be no administrators."""
    query = select(User.id).where(User.id.in_(list(users)), User.role != "administrator")
    return set((await reader.execute(query)).scalars())


async def closed_among(reader: AsyncConnection, sessions: Iterable[UUID]) -> set[UUID]:
    """Which of these sessions have ended before their time."""
    query = select(ClosedSession.id).where(ClosedSession.id.in_(list(sessions)))
    return set((await reader.execute(query)).scalars())


async def horizon(reader: AsyncConnection) -> int:
    """The oldest transaction still under way: every item of a lower one is there for all to see, for good."""
    return int((await reader.execute(HORIZON)).scalar_one())


async def stream_items(
    reader: AsyncConnection,
    after: tuple[int, int],
    limit: int,
    *,
    until: tuple[int, int] | None = None,
    keys: Iterable[str] | None = None,
) -> Sequence[AnyRow]:
    """Settled items after a cursor (up to and with ``until``), those of the audience ``keys`` alone if given."""
    place = tuple_(StreamItem.xid, StreamItem.id)
    wanted: list[Any] = [place > _at(after), SETTLED]
    if until is not None:
        wanted.append(place <= _at(until))
    if keys is not None:
        wanted.append(StreamItem.audience.op("&&")(cast(list(keys), ARRAY(Text))))
    query = (
        select(StreamItem.xid, StreamItem.id, StreamItem.event, StreamItem.audience, StreamItem.data)
        .where(and_(*wanted))
        .order_by(StreamItem.xid, StreamItem.id)
        .limit(limit)
    )
    return (await reader.execute(query)).all()


def _at(position: tuple[int, int]) -> Any:
    return tuple_(*(cast(literal(number), BigInteger) for number in position))
