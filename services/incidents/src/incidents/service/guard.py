"""What came in a thread since its writer last read it: a message that answers something else is stopped once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from events import OrganisationKind
from events.incidents import Actor, Thread
from incidents.errors import ThreadMoved
from incidents.models import HistoryEntry, Incident, Message
from incidents.queries import read_within
from web.http.preconditions import Precondition

# The last message, and how many lines the history has: both are known to all who read the thread.
TAG = re.compile(r"(none|[0-9a-f]{32})-([0-9]{1,9})")


async def tag(reader: AsyncConnection, number: str, thread: Thread) -> str:
    """Read it before the messages are: what comes in between counts as not read."""
    last = select(Message.id).where(Message.incident_number.in_(read_within(number)), Message.thread == thread)
    last = last.order_by(Message.position.desc()).limit(1)
    moves = select(func.count()).where(HistoryEntry.incident_number == number).scalar_subquery()
    found = (await reader.execute(select(last.scalar_subquery().label("last"), moves.label("moves")))).one()
    return f"{found.last.hex if found.last else 'none'}-{found.moves}"


async def check(
    session: AsyncSession, incident: Incident, thread: Thread, by: Actor, precondition: Precondition | None
) -> None:
    """Raises ThreadMoved when others wrote in the thread, or moved the incident, after what ``by`` has read; the
    incident's row must be locked."""
    if precondition is None or precondition.is_met_by_any:
        return
    read = [_parsed(each) for each in precondition.tags or [""]]
    came = [await _since(session, incident, thread, by, *each) for each in read]
    if any(not writers and not moved for writers, moved in came):
        return
    writers, moved = came[0]
    raise ThreadMoved(writers=list(writers), moved_to=incident.status if moved else None)


async def check_colleagues(session: AsyncSession, incident: Incident, thread: Thread, by: Actor, read: str) -> None:
    """As a message leaves that its author may have taken back: of two agents who answer at once one is stopped, though
    neither saw the other's message wait. What others write meanwhile stops nothing."""
    if not read:
        return
    writers, _ = await _since(session, incident, thread, by, *_parsed(read))
    colleagues = [name for name, kind in writers.items() if kind == by.organisation_kind]
    if colleagues:
        raise ThreadMoved(writers=colleagues, moved_to=None)


def _parsed(value: str) -> tuple[UUID | None, int]:
    """What cannot be read says that nothing was."""
    found = TAG.fullmatch(value)
    if found is None:
        return None, 0
    last, moves = found.groups()
    return None if last == "none" else UUID(last), int(moves)


async def _since(
    session: AsyncSession, incident: Incident, thread: Thread, by: Actor, last: UUID | None, moves: int
) -> tuple[Mapping[str, OrganisationKind], bool]:
    """The other people who wrote in the thread since, in order, with the kind of their organisations; and whether
    another person changed the incident's state."""
    of_thread = (Message.incident_number.in_(read_within(incident.number)), Message.thread == thread)
    read = select(Message.position).where(Message.id == last, *of_thread).scalar_subquery()
    wrote = select(Message.author_name, Message.organisation_kind).where(
        *of_thread, Message.position > func.coalesce(read, 0), Message.author_id != by.user_id
    )
    writers = (await session.execute(wrote.order_by(Message.position))).all()
    moved = select(HistoryEntry.user_id).where(HistoryEntry.incident_number == incident.number)
    movers = (await session.scalars(moved.order_by(HistoryEntry.id).offset(moves))).all()
    return {row.author_name: row.organisation_kind for row in writers}, any(each != by.user_id for each in movers)
