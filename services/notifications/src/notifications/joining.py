"""What happens to one parcel for several lines of an exchange is told as one: one line of the feed, one e-mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from notifications.models import Email, Notification

Facts = dict[str, Any]


def is_joint(facts: Facts) -> bool:
    """``act`` is the same in the facts of all that one act did."""
    return "act" in facts


async def take_into_line(
    session: AsyncSession, user_id: UUID, facts: Facts, since: datetime
) -> tuple[Notification | None, bool]:
    """The person's line that tells of these facts already or takes them in now, if there is one, and whether it took
    them in. Call it in the person's turn."""
    mine = and_(Notification.user_id == user_id, Notification.created_at >= since)
    query = select(Notification).where(mine, _same_act(Notification.facts, facts)).with_for_update(key_share=True)
    lines = (await session.scalars(query.order_by(Notification.created_at))).all()
    told = next((each for each in lines if _tells(each.facts, facts)), None)
    if told is not None:
        return told, False
    unread = next((each for each in lines if each.read_at is None), None)
    if unread is not None:
        unread.facts = _with(unread.facts, facts)
    return unread, unread is not None


async def take_into_email(session: AsyncSession, user_id: UUID, facts: Facts) -> bool:
    """Takes the facts into the person's e-mail of the same act that has not gone yet; whether there is one."""
    waiting = and_(Email.user_id == user_id, Email.state == "queued", Email.attempts == 0)
    query = select(Email).where(waiting, _same_act(Email.facts, facts))
    found = await session.scalar(query.limit(1).with_for_update(key_share=True))
    if found is not None and not _tells(found.facts, facts):
        found.facts = _with(found.facts, facts)
    return found is not None


def _same_act(column: Any, facts: Facts) -> ColumnElement[bool]:
    held = column.op("->>")
    return and_(held("number") == facts["number"], held("act") == facts["act"])


def _tells(known: Facts, facts: Facts) -> bool:
    return all(unit in known["units"] for unit in facts["units"])


def _with(known: Facts, facts: Facts) -> Facts:
    return known | {"units": known["units"] + facts["units"]}
