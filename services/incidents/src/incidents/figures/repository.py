"""When SQP first said a word to the parties: kept with the desk's row, filled where it was not."""

from __future__ import annotations

from sqlalchemy import func, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.desk.models import DeskItem
from incidents.desk.repository import of_sqp_thread, words_of_sqp
from incidents.models import HistoryEntry, Message


async def fill_first_answers(session: AsyncSession) -> int:
    """Of rows that SQP has spoken on according to the desk, and that do not say when first: written by the previous
    release while both ran. How many."""
    said = select(Message.at).where(Message.incident_number == DeskItem.incident_number, *of_sqp_thread())
    moved = select(HistoryEntry.at).where(HistoryEntry.incident_number == DeskItem.incident_number, *words_of_sqp())
    words = union_all(said.correlate(DeskItem), moved.correlate(DeskItem)).subquery("words")
    first = select(func.min(words.c.at)).scalar_subquery()
    behind = (DeskItem.answered_at.is_(None), DeskItem.spoken_at.is_not(None))
    statement = update(DeskItem).where(*behind, first.is_not(None)).values(answered_at=first)
    filled = statement.returning(DeskItem.incident_number).execution_options(synchronize_session=False)
    return len((await session.scalars(filled)).all())
